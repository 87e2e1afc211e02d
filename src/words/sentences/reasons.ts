import type { Say } from "./sentence.ts";

/** Rows that were refused stand in an answer as {line, column, reason}, what guard rails hold as {code, reason}. */
function hasReason(value: object): value is { reason: string } {
	const { reason, line, code } = value as { reason?: unknown; line?: unknown; code?: unknown };
	return typeof reason === "string" && (typeof line === "number" || typeof code === "string");
}

/** How a file was read is said in notes, a list of sentences. */
const sayNotes = (notes: unknown, say: Say): unknown =>
	Array.isArray(notes) ? notes.map((note: unknown) => (typeof note === "string" ? (say(note) ?? note) : note)) : notes;

/** Lists within lists of an answer: the reasons of the changes of a page. */
const deepest = 6;

/** The answer with these reasons in the other language. Nothing else in it is touched. */
export function sayReasons(answer: unknown, say: Say, depth = 0): unknown {
	if (typeof answer !== "object" || answer === null || depth > deepest) return answer;
	if (Array.isArray(answer)) return answer.map((each) => sayReasons(each, say, depth + 1));
	// Dates and streams are no records of an answer.
	if (Object.getPrototypeOf(answer) !== Object.prototype) return answer;
	const said = Object.fromEntries(
		Object.entries(answer).map(([name, value]) => [name, name === "notes" ? sayNotes(value, say) : sayReasons(value, say, depth + 1)]),
	);
	return hasReason(answer) ? { ...said, reason: say(answer.reason) ?? answer.reason } : said;
}
