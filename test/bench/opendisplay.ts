/** A picture of 48,000 bytes from the gateway to the panel of an OpenDisplay label over TCP on this machine, without the panel's own time. */
import { modelNumberOf } from "../../drivers/label/opendisplay/panel.ts";
import { openTcpPort } from "../../drivers/transport/tcp-port.ts";
import { openLabelLink } from "../../src/floor/labels/opendisplay/label-link.ts";
import { openOdDoor } from "../../src/sim/label/opendisplay/od-door.ts";
import { buildOdLabel } from "../../src/sim/label/opendisplay/od-label.ts";
import { startTimeline } from "../../src/sim/timeline.ts";
import { type BenchResult, resultOf } from "./result.ts";

const pictures = 25;
const bytes = 48_000;
const psk = { key: new Uint8Array(16).fill(7), identity: "opendisplay", ciphers: "ECDHE-PSK-AES128-CBC-SHA256" };
const panel = { width: 800, height: 480, scheme: 0 as const, controller: 0, turns: 0 as const, modes: 0x08 };

/** Milliseconds of each picture, from the wish to the panel's own word. */
async function measure(isTls: boolean): Promise<number[]> {
	const timeline = startTimeline();
	const facts = { firmware: [2, 1] as const, sleepSeconds: 0, batteryMv: 3_950, celsius: 21, refreshMs: 0, panelPatienceMs: 60_000 };
	const label = buildOdLabel({ panel, ...facts }, timeline);
	const door = await openOdDoor(label, isTls ? { psk: psk.key } : {});
	const model = modelNumberOf({ ...panel, quarterTurns: 0 })!;
	let heard: (type: string) => void = () => {};
	const timers = {
		set: (act: () => void, afterMs: number) => setTimeout(act, afterMs),
		clear: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout),
		nowMs: () => performance.now(),
	};
	const open = openTcpPort({ host: "127.0.0.1", port: door.port, ...(isTls && { psk }) });
	const link = openLabelLink({ open, timers, soleClient: true, silentAfterMs: 60_000 }, ({ type }) => heard(type));
	const until = (wanted: string) =>
		new Promise<void>((resolve) => {
			heard = (type) => {
				if (type === wanted) resolve();
			};
		});
	await until("ready");
	const took: number[] = [];
	for (let n = 0; n < pictures; n += 1) {
		const shown = until("shown");
		const began = performance.now();
		link.want({ version: String(n), model, isCompressed: false, bytes: new Uint8Array(bytes).fill(n) });
		await shown;
		took.push(performance.now() - began);
	}
	await link.stop();
	await door.close();
	timeline.stop();
	return took;
}

export async function benchOpenDisplay(): Promise<BenchResult[]> {
	const results: BenchResult[] = [];
	for (const isTls of [false, true])
		results.push(
			resultOf(`OpenDisplay label, 48,000 bytes over TCP${isTls ? " with TLS" : ""}, without the panel`, await measure(isTls), "ms"),
		);
	return results;
}
