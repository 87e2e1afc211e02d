import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { ControlAct } from "../../control.ts";
import type { Timeline } from "../../timeline.ts";
import { openOdDoor } from "./od-door.ts";
import { glassOf, panelBytes } from "./od-glass.ts";
import { buildOdLabel, type OdLabel } from "./od-label.ts";

/** An OpenDisplay label of the plan. `psk`: the TLS key, 32 hex digits; with it the label speaks TLS only. */
export const odPlan = z.strictObject({
	number: z.string().regex(/^[0-9A-F]{16}$/, "has sixteen hex digits in capitals"),
	/** As the panel scans. */
	width: z.number().int().min(8).max(2_048),
	height: z.number().int().min(8).max(2_048),
	scheme: z.literal([0, 1, 2, 3]),
	controller: z.number().int().min(0).max(255).default(0x21),
	turns: z.literal([0, 1, 2, 3]).default(0),
	/** Whether it unpacks zlib. */
	unpacks: z.boolean().default(true),
	psk: z
		.string()
		.regex(/^[0-9a-f]{32}$/)
		.optional(),
	/** Whether the store wrote the number into it. */
	knowsNumber: z.boolean().default(true),
	refreshMs: z.number().int().min(1).default(15_000),
	port: z.number().int().min(0).max(65_535).default(0),
});

export interface OdWall {
	places: { number: string; host: string; port: number }[];
	acts: ControlAct[];
	close(): Promise<void>;
}

const panelPatienceMs = 60_000;
const jam = z.strictObject({ times: z.number().int().min(1).max(100).default(1), drawn: z.boolean().default(false) });
const phone = z.strictObject({ draws: z.boolean().default(false) });

/** Hangs the labels up, each on a port of its own; `labels/NUMBER.png` in `outDir` is what its glass shows. */
export async function hangOdLabels(
	plans: readonly z.output<typeof odPlan>[],
	outDir: string,
	speed: number,
	timeline: Timeline,
): Promise<OdWall> {
	const labels = new Map<string, OdLabel>();
	const doors: Awaited<ReturnType<typeof openOdDoor>>[] = [];
	const folder = join(outDir, "labels");
	mkdirSync(folder, { recursive: true });
	for (const { number, psk, port, unpacks, knowsNumber, refreshMs, ...panel } of plans) {
		const file = join(folder, `${number}.png`);
		const label = buildOdLabel(
			{
				panel: { ...panel, modes: unpacks ? 0x09 : 0x08 },
				firmware: [2, 1],
				sleepSeconds: 0,
				batteryMv: 3_950,
				celsius: 21,
				...(knowsNumber && { number }),
				refreshMs: Math.max(1, refreshMs / speed),
				panelPatienceMs: panelPatienceMs / speed,
			},
			timeline,
			() => {
				writeFileSync(`${file}.new`, glassOf(label.settings.panel, label.glass));
				renameSync(`${file}.new`, file);
			},
		);
		labels.set(number, label);
		doors.push(await openOdDoor(label, { port, ...(psk !== undefined && { psk: Buffer.from(psk, "hex") }) }));
	}
	return {
		places: [...labels.keys()].map((number, at) => ({ number, host: "127.0.0.1", port: doors[at]!.port })),
		acts: wallActs(labels),
		close: async () => void (await Promise.all(doors.map((door) => door.close()))),
	};
}

function wallActs(labels: ReadonlyMap<string, OdLabel>): ControlAct[] {
	const of = (number: string | undefined): OdLabel | undefined => labels.get((number ?? "").toUpperCase());
	const act = (name: string, then: (label: OdLabel, body: unknown) => void, body?: z.ZodType): ControlAct => ({
		method: "POST",
		path: `/opendisplay/{number}/${name}`,
		...(body && { body }),
		act: ([number], given) => {
			const label = of(number);
			if (label) then(label, given);
			return label && { done: true };
		},
	});
	return [
		{
			method: "GET",
			path: "/opendisplay",
			act: () => ({
				items: [...labels].map(([number, { counts, drawnNames }]) => ({ number, ...counts, drawn: drawnNames.at(-1) ?? null })),
			}),
		},
		{
			method: "GET",
			path: "/opendisplay/{number}.png",
			act: ([number]) => {
				const label = of(number);
				return label && glassOf(label.settings.panel, label.glass);
			},
		},
		act("reboot", (label) => label.reboot()),
		act("cut", (label) => label.cutLink()),
		act(
			"jam",
			(label, body) => {
				const { times, drawn } = body as z.output<typeof jam>;
				label.jamPanel(times, drawn);
			},
			jam,
		),
		// A person waits until the label is free; here the phone takes the place of whoever is connected.
		act(
			"phone",
			(label, body) => {
				label.cutLink();
				label.takenByPhone();
				if ((body as z.output<typeof phone>).draws) label.phoneDraws(new Uint8Array(panelBytes(label.settings.panel)).fill(0x33));
			},
			phone,
		),
		act("phone-gone", (label) => label.phoneLetsGo()),
	];
}
