/** Rules that keep tests independent of how fast a machine is, as functions from a file to sentences. */
import { partsOf, type SourceFile } from "./tidy-rules.ts";
import { patienceMs } from "./until.ts";

/** The arguments of the call whose bracket opens at `from`, in a text without strings. */
function argumentsAt(outline: string, from: number): string[] {
	const found = [""];
	let depth = 0;
	for (const sign of outline.slice(from)) {
		if (/[([{]/.test(sign)) depth += 1;
		if (/[)\]}]/.test(sign) && --depth === 0) break;
		if (sign === "," && depth === 1) found.push("");
		else found[found.length - 1] += sign;
	}
	return found.map((each) => each.trim()).filter((each) => each !== "");
}

/** Waits that give up before a busy, slow machine is through. A page's `until` and `eventually` have their bound second, `until` third. */
export function shortPatience({ path, text }: SourceFile): string[] {
	if (!/^test\//.test(path) || path === "test/support/until.ts") return [];
	const { outline } = partsOf(text);
	return [...outline.matchAll(/(?<![\w$])(\w+\.)?(until|eventually)\(/g)].flatMap(({ 0: call, 1: of, 2: name, index }) => {
		const bound = argumentsAt(outline, index + call.length - 1)[of === undefined && name === "until" ? 2 : 1] ?? "";
		if (!/^[\d_]+$/.test(bound) || Number(bound.replaceAll("_", "")) >= patienceMs) return [];
		return [`${path}:${outline.slice(0, index).split("\n").length} waits ${bound} ms; leave the bound out.`];
	});
}

/** Assertions on how long something took. What takes its time is shown on a clock that the test moves. */
export function timedAssertions({ path, text }: SourceFile): string[] {
	if (!/^test\/.*\.test\.tsx?$/.test(path)) return [];
	const { outline } = partsOf(text);
	return [...outline.matchAll(/\bexpect\(\s*(?:performance|Date)\.now\(\) - /g)].map(
		({ index }) => `${path}:${outline.slice(0, index).split("\n").length} asserts how long something took.`,
	);
}

/** Pauses of a fixed length in the middle of a test. A client that was cut off may wait before it connects again: in its `catch`. */
export function fixedSleeps({ path, text }: SourceFile): string[] {
	if (!/^test\/.*\.test\.tsx?$/.test(path)) return [];
	const { outline } = partsOf(text);
	return [
		...outline.matchAll(/(?<!catch(?: \(\w+\))? \{\s*)\bawait new Promise(?:<void>)?\(\((\w+)\) => (?:void )?setTimeout\(\1, [\d_]+\)\)/g),
	].map(({ index }) => `${path}:${outline.slice(0, index).split("\n").length} sleeps; wait for what it waits for (until, eventually).`);
}
