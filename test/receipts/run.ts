/**
 * `npm run receipts -- --all`: every byte position. Without it every `--stride`th. `--fault NAME`, `--kind TEXT`, `--minutes N`.
 */
import { parseArgs } from "node:util";
import { type Fault, faults, type Kind, kinds, play, soundRun, type Verdict } from "./matrix.ts";

const { values } = parseArgs({
	options: {
		all: { type: "boolean", default: false },
		stride: { type: "string", default: "37" },
		fault: { type: "string" },
		kind: { type: "string", default: "" },
		minutes: { type: "string", default: "60" },
		stories: { type: "string", default: "3" },
	},
});
const stride = values.all ? 1 : Number(values.stride);
const endMs = performance.now() + Number(values.minutes) * 60_000;
const realNow = performance.now.bind(performance);

type Tally = Omit<Verdict, "story"> & { cells: number };
const nothing = (): Tally => ({ cells: 0, lost: 0, doubled: 0, stuck: 0, printed: 0, inDoubt: 0, inVain: 0 });
const add = (tally: Tally, verdict: Omit<Verdict, "story">, cells: number): void => {
	tally.cells += cells;
	for (const key of ["lost", "doubled", "stuck", "printed", "inDoubt", "inVain"] as const) tally[key] += verdict[key];
};

const total = nothing();
for (const kind of (Object.keys(kinds) as Kind[]).filter((name) => name.includes(values.kind))) {
	const { sums, bytes } = await soundRun(kind);
	console.log(`${kind}: ${bytes} bytes a receipt`);
	for (const fault of faults.filter((name) => values.fault === undefined || name === values.fault)) {
		const { tally, stories } = await column(kind, fault, sums, bytes);
		const { cells, lost, doubled, stuck, printed, inDoubt, inVain } = tally;
		console.log(
			`  ${fault.padEnd(12)} ${String(cells).padStart(7)} cells  ${lost} lost  ${doubled} doubled  ${stuck} stuck  ` +
				`${printed} printed  ${inDoubt} in doubt (${inVain} of them whole)`,
		);
		for (const story of stories) console.log(`    ${story}`);
		add(total, tally, cells);
	}
}
const isCutShort = realNow() >= endMs;
const end = isCutShort ? "; the time was over before every byte had its turn" : "";
console.log(`${total.cells} cells: ${total.lost} lost, ${total.doubled} doubled, ${total.stuck} stuck${end}`);
process.exit(total.lost + total.doubled + total.stuck === 0 && !isCutShort ? 0 : 1);

async function column(kind: Kind, fault: Fault, sums: Record<string, string>, bytes: number) {
	const tally = nothing();
	const stories: string[] = [];
	for (let position = 0; position <= bytes && realNow() < endMs; position += stride)
		for (const isFollowed of [false, true])
			for (const isRetried of [false, true]) {
				const verdict = await play({ kind, fault, isFollowed, isRetried, position }, sums);
				add(tally, verdict, 1);
				if (verdict.lost + verdict.doubled + verdict.stuck > 0 && stories.length < Number(values.stories))
					stories.push(`byte ${position}, ${isFollowed ? "followed" : "alone"}, ${isRetried ? "retried" : "asked once"}: ${verdict.story}`);
			}
	return { tally, stories };
}
