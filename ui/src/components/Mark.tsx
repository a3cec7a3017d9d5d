/** The mark: an umbel of five. */
export function Mark() {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <g fill="none" stroke="var(--success)" strokeWidth="1.5" strokeLinecap="round">
        <path d="M12 22.2C12 18 12 16 12 15.2" />
        <path d="M12 15.2C9.6 14 6.6 11.6 4.4 8.6M12 15.2C10.6 12.6 9.3 9 8.5 5.2M12 15.2V3.9M12 15.2c1.4-2.6 2.7-6.2 3.5-10M12 15.2c2.4-1.2 5.4-3.6 7.6-6.6" />
      </g>
      <g fill="var(--accent)">
        <circle cx="3.7" cy="7.7" r="2" />
        <circle cx="8" cy="4.2" r="2" />
        <circle cx="12" cy="3" r="2" />
        <circle cx="16" cy="4.2" r="2" />
        <circle cx="20.3" cy="7.7" r="2" />
      </g>
    </svg>
  )
}
