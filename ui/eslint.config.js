import js from '@eslint/js'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

/** Who may import whom: lib, components <- api <- features <- routes <- app. Across folders only by `@/`. */
const zones = {
  lib: ['components', 'api', 'features', 'routes', 'app'],
  components: ['api', 'features', 'routes', 'app'],
  api: ['features', 'routes', 'app'],
  features: ['features', 'routes', 'app'],
  routes: ['routes', 'app'],
}

const border = (zone, closed) => ({
  files: [`src/${zone}/**/*.{ts,tsx}`],
  ignores: ['**/*.test.{ts,tsx}'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          { group: ['../*'], message: 'Import across folders by `@/`.' },
          { group: closed.flatMap((name) => [`@/${name}`, `@/${name}/*`]), message: `src/${zone} may not import this.` },
          { group: ['@/testing/*'], message: 'Test support is never shipped.' },
        ],
      },
    ],
  },
})

export default tseslint.config(
  { ignores: ['node_modules', 'test-results', 'playwright-report', 'src/api/schema.gen.ts'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'react-hooks': reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/only-throw-error': ['error', { allow: [{ from: 'package', package: '@tanstack/router-core', name: ['Redirect'] }] }],
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      'no-restricted-syntax': [
        'error',
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: 'Task data is hostile text.' },
      ],
    },
  },
  ...Object.entries(zones).map(([zone, closed]) => border(zone, closed)),
  { files: ['src/app/theme.js'], languageOptions: { sourceType: 'script', globals: { document: 'readonly', localStorage: 'readonly', matchMedia: 'readonly' } } },
  { files: ['scripts/*.js'], languageOptions: { globals: { console: 'readonly', fetch: 'readonly', process: 'readonly', setTimeout: 'readonly', URL: 'readonly' } } },
)
