import type { Port } from "../transport/port.ts";
import type { DeviceTroubleCode } from "../trouble.ts";
import { DeviceTrouble } from "../trouble.ts";
import type { ScaleOptions } from "./options.ts";
import type { ScaleMessage } from "./protocol.ts";
import { scaleProtocols } from "./protocols.ts";

export type ScaleReport =
	| { type: "weight"; milligrams: number; settled: boolean }
	/** Measuring begins anew after silence, or the scale was switched off and on: nobody saw what happened in between. */
	| { type: "interrupted" }
	/** `count` since the port was opened; a rising count is a loose plug. */
	| { type: "garbled"; count: number }
	| { type: "identity"; model: string | null; serial: string | null }
	| { type: "trouble"; trouble: DeviceTrouble }
	| { type: "trouble-over"; code: DeviceTroubleCode };

export interface RunningScale {
	/** Sets the scale's zero; waits until it is settled. False: it refused, cannot, or did not answer in time. */
	zero(): Promise<boolean>;
	stop(): void;
}

/** So many unreadable lines in a row are a wrong menu setting, fewer are noise on the cable. */
const garbledInARow = 10;

/** A question that got no answer so long is lost; until then a second one would only lengthen the queue in a slow scale. */
const answerPatienceMs = 1_000;

/** A scale waits for rest before it sets zero; its own limit is some seconds (MT-SICS, command Z). */
const zeroPatienceMs = 10_000;

export interface RunScaleOptions extends Pick<ScaleOptions, "id" | "askEveryMs" | "silentAfterMs"> {
	protocol?: ScaleOptions["protocol"] | undefined;
	baudRate?: number | undefined;
	unit?: ScaleOptions["unit"] | undefined;
}

/** Asks one scale for its weight, again and again, or listens to one that sends by itself, and reports what changes. */
export function runScale(port: Port, options: RunScaleOptions, report: (report: ScaleReport) => void): RunningScale {
	const protocol = scaleProtocols[options.protocol ?? "mt-sics"];
	const { baudRate = protocol.line.baudRate, unit = protocol.unit } = options;
	const facts = { device: options.id, port: port.name, baudRate, protocol: protocol.title };
	let lastAnswerMs = performance.now();
	let lastWeightMs = lastAnswerMs;
	let askedAtMs = Number.NEGATIVE_INFINITY;
	/** Questions whose answers are on their way; a slow scale is not asked over them. */
	let unanswered = 0;
	let lastWeight = "";
	let garbled = 0;
	let garbledRun = 0;
	let trouble: DeviceTroubleCode | undefined;
	let identity: { model: string | null; serial: string | null } = { model: null, serial: null };
	let namesAsked = false;
	let wasSilent = false;
	let zeroing: ((zeroed: boolean) => void) | undefined;

	const enter = (next: DeviceTroubleCode | undefined): void => {
		if (trouble === next) return;
		if (trouble) report({ type: "trouble-over", code: trouble });
		trouble = next;
		lastWeight = "";
		if (next) report({ type: "trouble", trouble: new DeviceTrouble(next, facts) });
	};

	const interrupted = (): void => {
		lastWeight = "";
		report({ type: "interrupted" });
	};

	// A shelf scale answers five times a second; only a change is news.
	const weigh = (milligrams: number, settled: boolean): void => {
		lastWeightMs = performance.now();
		enter(undefined);
		if (wasSilent) interrupted();
		wasSilent = false;
		const weight = `${milligrams} ${settled}`;
		if (weight === lastWeight) return;
		lastWeight = weight;
		report({ type: "weight", milligrams, settled });
	};

	const identify = (known: Partial<typeof identity>): void => {
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

	const hear = (message: ScaleMessage): void => {
		lastAnswerMs = performance.now();
		unanswered = Math.max(0, unanswered - 1);
		if (message.kind === "garbled") return misread();
		garbledRun = 0;
		// Asked only once it has spoken: a scale that is just waking loses what comes first.
		if (!namesAsked) {
			namesAsked = true;
			unanswered += session.askNames?.() ?? 0;
			askedAtMs = lastAnswerMs;
		}
		switch (message.kind) {
			case "weight":
				return weigh(message.milligrams, message.settled);
			case "overloaded":
				return enter("scale-overloaded");
			case "underloaded":
				return enter("scale-underloaded");
			case "fault":
				return enter("scale-fault");
			case "busy":
				// Said now and then while the plate swings; said all the time it is a trouble.
				if (lastAnswerMs - lastWeightMs > options.silentAfterMs) enter("scale-not-settling");
				return;
			case "serial":
				return identify({ serial: message.text });
			case "model":
				return identify({ model: message.text });
			case "zeroed":
				return settleZero(message.done);
			case "restarted":
				return interrupted();
			case "other":
				return;
		}
		message satisfies never;
	};

	const session = protocol.open({
		send(bytes) {
			port.write(bytes).catch(() => {}); // a dead port says so itself, through onClosed
		},
		hear,
		unit,
	});
	port.onBytes((bytes) => session.take(bytes));

	const ask = (): void => {
		askedAtMs = performance.now();
		unanswered = 1;
		session.ask();
	};

	const asking = setInterval(() => {
		const nowMs = performance.now();
		if (nowMs - lastAnswerMs > options.silentAfterMs) {
			wasSilent = true;
			enter("scale-silent");
		}
		// "Z" is cancelled by any weight question that follows it, so the questions wait for its answer.
		if (zeroing || (unanswered > 0 && nowMs - askedAtMs < answerPatienceMs)) return;
		ask();
	}, options.askEveryMs);

	return {
		zero() {
			settleZero(false);
			if (!session.zero) return Promise.resolve(false);
			session.zero();
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
