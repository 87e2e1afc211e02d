/** One device that signs sales, while its link holds: asks it who it is, has it sign one request at a time, and asks again. */
import { lineCutter } from "../transport/lines.ts";
import type { Port } from "../transport/port.ts";
import { DeviceTrouble, type DeviceTroubleCode } from "../trouble.ts";
import type { FiscalOptions } from "./options.ts";
import { type FiscalAnswer, hello, longestFiscalLine, readAnswer, type SignRequest, signLine } from "./wire.ts";

export type FiscalReport =
	| { type: "identity"; serial: string; practice: boolean }
	| { type: "signed"; id: string; number: number; signedAt: string; code: string; serial: string; practice: boolean }
	| { type: "refused"; id: string; reason: string }
	/** `count` since the port was opened; a rising count is a loose plug or another program at that address. */
	| { type: "garbled"; count: number }
	| { type: "trouble"; trouble: DeviceTrouble }
	| { type: "trouble-over"; code: DeviceTroubleCode };

export interface RunningFiscal {
	/** Has the device sign this. A later request replaces it; an answer to the replaced one is still reported if it comes. */
	sign(request: SignRequest): void;
	stop(): void;
}

const askAgainMs = 1_000;
const helloEveryMs = 5_000;
/** From so many unreadable lines in a row on, something else answers at that address. */
const garbledMostInARow = 10;

export function runFiscal(
	port: Port,
	options: Pick<FiscalOptions, "id" | "silentAfterMs">,
	report: (report: FiscalReport) => void,
): RunningFiscal {
	const facts = { device: options.id, port: port.name };
	let device: { serial: string; practice: boolean } | undefined;
	let asked: SignRequest | undefined;
	let trouble: DeviceTroubleCode | undefined;
	let garbled = 0;
	let garbledInARow = 0;
	let heardAtMs = performance.now();
	let saidAtMs = Number.NEGATIVE_INFINITY;

	const enter = (next: DeviceTroubleCode | undefined): void => {
		if (trouble === next) return;
		if (trouble) report({ type: "trouble-over", code: trouble });
		trouble = next;
		if (next) report({ type: "trouble", trouble: new DeviceTrouble(next, facts) });
	};
	const say = (text: string): void => {
		saidAtMs = performance.now();
		port.write(Buffer.from(text, "ascii")).catch(() => {}); // a closed port reports it through onClosed
	};
	/** A device that has not said who it is gets nothing to sign: its code would stand on paper without a serial number. */
	const ask = (): void => say(device && asked ? signLine(asked) : hello);

	const hear = (answer: FiscalAnswer): void => {
		garbledInARow = 0;
		enter(undefined);
		if (answer.type === "device") {
			const isNews = answer.serial !== device?.serial || answer.practice !== device.practice;
			device = { serial: answer.serial, practice: answer.practice };
			if (isNews) report({ ...device, type: "identity" });
			if (asked) ask();
			return;
		}
		if (answer.id === asked?.id) asked = undefined;
		if (answer.type === "refused") report(answer);
		else if (device) report({ ...answer, ...device });
	};

	const cut = lineCutter(
		(line) => {
			heardAtMs = performance.now();
			const answer = readAnswer(line);
			if (answer) return hear(answer);
			misread();
		},
		{ maxLength: longestFiscalLine, onGarbled: () => misread() },
	);
	function misread(): void {
		garbled += 1;
		garbledInARow += 1;
		report({ type: "garbled", count: garbled });
		if (garbledInARow >= garbledMostInARow) enter("fiscal-garbled");
	}
	port.onBytes(cut);

	const watching = setInterval(() => {
		const nowMs = performance.now();
		if (nowMs - heardAtMs > options.silentAfterMs) enter("fiscal-silent");
		const isOpen = asked !== undefined || device === undefined;
		if (nowMs - saidAtMs >= (isOpen ? askAgainMs : helloEveryMs)) ask();
	}, 250);
	ask();
	return {
		sign(request) {
			asked = request;
			ask();
		},
		stop: () => clearInterval(watching),
	};
}
