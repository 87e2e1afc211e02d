import { useState } from "preact/hooks";
import { amountText, useSpeech } from "../language/speech.ts";
import type { Word } from "../language/words.ts";

interface Props {
	/** Pieces or milligrams to begin with; undefined: the person has to say. */
	first: number | undefined;
	isWeight: boolean;
	least: number;
	/** The button, with the amount in it. */
	word: Word;
	onDone(quantity: number): void;
}

const most = 1_000_000;

/** A number of pieces by big keys, or grams. */
export function Quantity({ first, isWeight, least, word, onDone }: Props) {
	const { say, f } = useSpeech();
	const unit = isWeight ? 1_000 : 1;
	const [text, setText] = useState(first === undefined ? "" : String(Math.round(first / unit)));
	const value = /^\d{1,7}$/.test(text) ? Number(text) : undefined;
	const fits = value !== undefined && value >= least && value <= most;
	const step = (by: number) => setText(String(Math.min(most, Math.max(least, (value ?? 0) + by * (isWeight ? 10 : 1)))));
	const submit = (event: Event) => {
		event.preventDefault();
		if (fits) onDone(value * unit);
	};
	return (
		<form class="quantity" onSubmit={submit}>
			<div class="stepper">
				<button type="button" class="ghost" aria-label={say("less")} onClick={() => step(-1)}>
					−
				</button>
				<input
					inputmode="numeric"
					pattern="[0-9]*"
					maxLength={7}
					value={text}
					aria-label={say(isWeight ? "grams" : "pieces")}
					onInput={(event) => setText(event.currentTarget.value)}
					onFocus={(event) => event.currentTarget.select()}
				/>
				<button type="button" class="ghost" aria-label={say("more")} onClick={() => step(1)}>
					+
				</button>
			</div>
			<button type="submit" class="act" disabled={!fits}>
				{say(word, value === undefined ? "…" : amountText(value * unit, isWeight, f))}
			</button>
		</form>
	);
}
