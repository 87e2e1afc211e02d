/** A field that narrows a panel's list while something is typed. */
export function Search({ value, label, onInput }: { value: string; label: string; onInput(text: string): void }) {
	return (
		<input type="search" value={value} placeholder={label} aria-label={label} onInput={(event) => onInput(event.currentTarget.value)} />
	);
}
