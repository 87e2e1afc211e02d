import { useMemo } from "preact/hooks";
import { type Formats, formats } from "../../cockpit/language/format.ts";
import type { About } from "../state/act.ts";
import { useHand } from "../state/state.ts";
import { sayIn, type Word } from "./words.ts";

/** The reader's words and way of writing numbers; the store's own clock. */
export function useSpeech() {
	const language = useHand((all) => all.language);
	const timeZone = useHand((all) => all.timeZone);
	return useMemo(() => ({ language, say: sayIn(language), f: formats(language, timeZone) }), [language, timeZone]);
}

type Say = ReturnType<typeof sayIn>;

/** An act in a sentence. */
export function actSentence({ did, name, quantity, isWeight, at }: About, say: Say, f: Formats): string {
	const word = `did${did[0]!.toUpperCase()}${did.slice(1)}` as Word;
	return say(word, quantity === undefined ? "" : amountText(quantity, isWeight ?? false, f), name, at ?? "");
}

/** Pieces, or the weight of milligrams. */
export const amountText = (quantity: number, isWeight: boolean, f: Formats): string =>
	isWeight ? `${f.number(Math.round(quantity / 1_000))} g` : f.number(quantity);
