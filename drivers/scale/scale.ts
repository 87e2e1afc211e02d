import { lineCutter } from "../transport/lines.ts";
import type { Port } from "../transport/port.ts";
import type { DeviceTroubleCode } from "../trouble.ts";
import { DeviceTrouble } from "../trouble.ts";
import type { ScaleOptions } from "./options.ts";
import { ask, longestLine, readLine } from "./sics.ts";

export type ScaleReport =
	| { type: "weight"; milligrams: number; settled: boolean }
	/** `count` since the port was opened; a rising count is a loose plug. */
	| { type: "garbled"; count: number }
	| { type: "identity"; model: string | null; serial: string | null }
	| { type: "trouble"; trouble: DeviceTrouble }
	| { type: "trouble-over"; code: DeviceTroubleCode };

export interface RunningScale {
	/** Sets the scale's zero; waits until it is settled. False: it refused, or did not answer in time. */
	zero(): Promise<boolean>;
	stop(): void;
}

/** So many unreadable lines in a row are a wrong menu setting, fewer are noise on the cable. */
const garbledInARow = 10;

/** A question that got no answer so long is lost; until then a second one would only lengthen the queue in a slow scale. */
const answerPatienceMs = 1_000;

/** A scale waits for rest before it sets zero; its own limit is some seconds (MT-SICS, command Z). */
const zeroPatienceMs = 10_000;

/** Asks one scale for its weight, again and again, and reports what changes. */
export function runScale(
	port: Port,
	options: Pick<ScaleOptions, "id" | "baudRate" | "askEveryMs" | "silentAfterMs">,
	report: (report: ScaleReport) => void,
): RunningScale {
	const facts = { device: options.id, port: port.name, baudRate: options.baudRate };
	let lastAnswerMs = performance.now();
	let lastWeightMs = lastAnswerMs;
	let askedAtMs = Number.NEGATIVE_INFINITY;
	let lastWeight = "";
	let garbled = 0;
	let garbledRun = 0;
	let trouble: DeviceTroubleCode | undefined;
	let identity: { model: string | null; serial: string | null } = { model: null, serial: null };
	let askedModel = false;
	let zeroing: ((zeroed: boolean) => void) | undefined;

	const send = (bytes: Uint8Array): void => {
		askedAtMs = performance.now();
		port.write(bytes).catch(() => {}); // a dead port says so itself, through onClosed
	};

	const enter = (next: DeviceTroubleCode | undefined): void => {
		if (trouble === next) return;
		if (trouble) report({ type: "trouble-over", code: trouble });
		trouble = next;
		lastWeight = "";
		if (next) report({ type: "trouble", trouble: new DeviceTrouble(next, facts) });
	};

	// A shelf scale answers five times a second; only a change is news.
	const weigh = (milligrams: number, settled: boolean): void => {
		lastWeightMs = performance.now();
		enter(undefined);
		const weight = `${milligrams} ${settled}`;
		if (weight === lastWeight) return;
		lastWeight = weight;
		report({ type: "weight", milligrams, settled });
	};

	const learn = (known: Partial<typeof identity>): void => {
		const next = { ...identity, ...known };
		if (next.model === identity.model && next.serial === identity.serial) return;
		identity = next;
		report({ type: "identity", ...identity });
	};

	const misread = (): void => {
		garbled += 1;
		garbledRun += 1;
		report({ type: "garbled", count: garbled });
		if (garbledRun >= garbledInARow) enter("scale-garbled");
	};

	const settleZero = (zeroed: boolean): void => {
		zeroing?.(zeroed);
		zeroing = undefined;
	};

	const listen = (line: string): void => {
		const answer = readLine(line);
		lastAnswerMs = performance.now();
		askedAtMs = Number.NEGATIVE_INFINITY;
		if (answer.kind === "garbled") return misread();
		garbledRun = 0;
		// Asked only once it has spoken: a scale that is just waking loses what comes with the first reset.
		if (!askedModel) {
			askedModel = true;
			send(ask.model);
		}
		switch (answer.kind) {
			case "weight":
				return weigh(answer.milligrams, answer.settled);
			case "overloaded":
				return enter("scale-overloaded");
			case "underloaded":
				return enter("scale-underloaded");
			case "busy":
				// Said now and then while the plate swings; said all the time it is a trouble.
				if (lastAnswerMs - lastWeightMs > options.silentAfterMs) enter("scale-not-settling");
				return;
			case "serial":
				return learn({ serial: answer.text });
			case "model":
				return learn({ model: answer.text });
			case "zeroed":
				return settleZero(true);
			case "not-zeroed":
				return settleZero(false);
			case "tare":
			case "tare-cleared":
			case "not-tared":
			case "told":
			case "refused":
				return; // an answer to nothing that a shelf needs; the next question goes out anyway
			default:
				answer satisfies never;
		}
	};

	port.onBytes(lineCutter(listen, { maxLength: longestLine, onGarbled: misread }));

	// A scale left in continuous sending by its last user would drown every answer (MT-SICS, SIR).
	send(ask.reset);

	const asking = setInterval(() => {
		const nowMs = performance.now();
		if (nowMs - lastAnswerMs > options.silentAfterMs) enter("scale-silent");
		// "Z" is cancelled by any weight question that follows it, so the questions wait for its answer.
		if (zeroing || nowMs - askedAtMs < answerPatienceMs) return;
		send(ask.weightNow);
	}, options.askEveryMs);

	return {
		zero() {
			settleZero(false);
			send(ask.zero);
			return new Promise((resolve) => {
				const patience = setTimeout(() => settleZero(false), zeroPatienceMs);
				zeroing = (zeroed) => {
					clearTimeout(patience);
					resolve(zeroed);
				};
			});
		},
		stop() {
			clearInterval(asking);
			settleZero(false);
		},
	};
}
