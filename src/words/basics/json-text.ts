import { isUtf8 } from "node:buffer";
import { halfCharacterIn } from "../text.ts";

/**
 * Bytes as text, without a byte order mark; undefined where they are not UTF-8. A reader that puts U+FFFD in the place of what it cannot
 * read makes one name of two.
 */
export function utf8Of(bytes: Buffer): string | undefined {
	if (!isUtf8(bytes)) return undefined;
	const text = bytes.toString("utf8");
	return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

export const notUtf8 = "not UTF-8: save the text as UTF-8 and send it again";

export interface JsonFault {
	/** Dotted, as in `lines.0.sku`. */
	path: string;
	message: string;
}

/** Levels of nesting; no request of ours is as deep. */
const deepestJson = 64;
/** Values, members and elements together: a push of 64 MiB has three million at most. */
const mostValues = 4_000_000;

/**
 * Why a text is too large a JSON to be parsed, to go on a sentence: "nested …", "of more than …". Parsing 60 MB of nothing but brackets
 * takes gigabytes of memory and a minute. The text need not be JSON.
 */
export function jsonExcess(text: string): string | undefined {
	let depth = 0;
	let values = 0;
	for (let at = 0; at < text.length; at += 1) {
		switch (text.charCodeAt(at)) {
			case quoteSign:
				at = endOfString(text, at) - 1;
				break;
			case 0x5b: // [
			case 0x7b: // {
				depth += 1;
				values += 1;
				if (depth > deepestJson) return `nested more than ${deepestJson} levels deep`;
				break;
			case 0x5d: // ]
			case 0x7d: // }
				depth -= 1;
				break;
			case 0x2c: // ,
				values += 1;
		}
		if (values > mostValues) return `of more than ${mostValues} values`;
	}
	return undefined;
}

/** The fault of JSON that could be parsed: half a character (a lone surrogate), or a name that stands twice in one object. */
export function jsonFault(json: string, value: unknown): JsonFault | undefined {
	const half = halfCharacterIn(value);
	if (half !== undefined) return { path: half, message: "half a character" };
	const repeated = repeatedNameIn(json);
	return repeated === undefined ? undefined : { path: repeated, message: "stands twice; which of the two counts is not certain" };
}

/** One object or array around the place that is read. */
interface Around {
	isObject: boolean;
	/** Of an object: the names so far; undefined before the first. */
	names: Set<string> | undefined;
	/** The name or index of the member that is read. */
	at: string | number;
}

/**
 * The dotted path of a name that stands twice in one object of this JSON; undefined when there is none. JSON.parse keeps the last and says
 * nothing. The text must be JSON that could be parsed.
 */
export function repeatedNameIn(json: string): string | undefined {
	const around: Around[] = [];
	let awaitsName = false;
	for (let at = 0; at < json.length; at += 1) {
		const sign = json[at]!;
		const within = around.at(-1);
		if (sign === '"') {
			const end = endOfString(json, at);
			if (awaitsName && within?.isObject) {
				const plain = json.slice(at + 1, end - 1);
				// A name without a backslash is what it says; of a long file most are.
				const name = plain.includes("\\") ? (JSON.parse(json.slice(at, end)) as string) : plain;
				within.at = name;
				if (within.names?.has(name)) return around.map((each) => each.at).join(".");
				(within.names ??= new Set()).add(name);
				awaitsName = false;
			}
			at = end - 1;
		} else if (sign === "{" || sign === "[") {
			around.push({ isObject: sign === "{", names: undefined, at: sign === "{" ? "" : 0 });
			awaitsName = sign === "{";
		} else if (sign === "}" || sign === "]") {
			around.pop();
			awaitsName = false;
		} else if (sign === ",") {
			if (typeof within?.at === "number") within.at += 1;
			else awaitsName = true;
		}
	}
	return undefined;
}

const quoteSign = 0x22;

/** The place behind the string that begins at `from`. */
function endOfString(json: string, from: number): number {
	for (let at = from + 1; ; at += 1) {
		const quote = json.indexOf('"', at);
		if (quote < 0) return json.length;
		let slashes = 0;
		while (json[quote - 1 - slashes] === "\\") slashes += 1;
		if (slashes % 2 === 0) return quote + 1;
		at = quote;
	}
}
