/**
 * Hears a scanner that types as a keyboard. Its keys come faster than any fingers, wherever the cursor stands; so a bar code that is
 * scanned while a quantity is being typed does not become the quantity.
 */

const fastestFingersMs = 60;
const shortestCode = 4;

export interface Wedge {
	/** True where the key belongs to a scan that has just ended. */
	key(key: string, atMs: number): string | undefined;
	/** How many keys of a possible scan came so far. */
	length(): number;
}

/** Pure: `key` returns the code when its last key, Enter or Tab, came. */
export function wedge(): Wedge {
	let text = "";
	let lastMs = 0;
	return {
		length: () => text.length,
		key(key, atMs) {
			const isFast = atMs - lastMs <= fastestFingersMs;
			lastMs = atMs;
			if (!isFast) text = "";
			if (key === "Enter" || key === "Tab") {
				const whole = text;
				text = "";
				return whole.length >= shortestCode ? whole : undefined;
			}
			if (key.length === 1) text += key;
			return undefined;
		},
	};
}

/** Calls `onScan` for each scan in the window. Keys of a scan that went into a field are taken out of it again. */
export function listenToWedge(onScan: (code: string) => void): () => void {
	const scanner = wedge();
	let field: HTMLInputElement | undefined;
	let before = "";
	const onKey = (event: KeyboardEvent): void => {
		if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
		const target = event.target instanceof HTMLInputElement ? event.target : undefined;
		if (target && target.type === "password") return;
		const code = scanner.key(event.key, event.timeStamp);
		if (scanner.length() === 1) {
			field = target;
			before = target?.value ?? "";
		}
		if (code === undefined) return;
		event.preventDefault();
		event.stopImmediatePropagation();
		if (field) {
			field.value = before;
			field.dispatchEvent(new Event("input", { bubbles: true }));
		}
		onScan(code);
	};
	addEventListener("keydown", onKey, { capture: true });
	return () => removeEventListener("keydown", onKey, { capture: true });
}
