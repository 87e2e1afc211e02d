import { useSpeech } from "../language/language.ts";

/** A text field that filters a panel's list while somebody types. */
export function Search({ value, label, onInput }: { value: string; label: string; onInput(text: string): void }) {
	return (
		<input type="search" value={value} placeholder={label} aria-label={label} onInput={(event) => onInput(event.currentTarget.value)} />
	);
}

/** The two answers to a receipt in doubt: it came out whole, or it shall be printed again. */
export function SettleButtons({ settle }: { settle(as: "printed" | "again"): void }) {
	const { say } = useSpeech();
	return (
		<>
			<button type="button" onClick={() => settle("printed")}>
				{say("itIsComplete")}
			</button>
			<button type="button" onClick={() => settle("again")}>
				{say("printAgain")}
			</button>
		</>
	);
}
