import type { Timeline } from "../timeline.ts";
import type { Plate } from "./plate.ts";
import type { SerialEnd } from "./serial-end.ts";

/**
 * A scale that speaks MT-SICS (Mettler-Toledo Standard Interface Command Set), levels 0 and 1.
 *
 *   S     →  S S     100.00 g     settled weight; waits for it, "S I" when it never comes
 *   SI    →  S D     129.07 g     the weight now, S settled or D moving
 *   SIR   →  the same again and again, until @ or another S command
 *   Z ZI  →  Z A                  sets zero; ZI also while moving
 *   T TI  →  T S     100.00 g     takes the tare;  TA asks or sets it, TAC clears it
 *   @     →  I4 A "B0…"           cancels everything
 *   S +   S -                     too much on the plate; the plate is lifted
 *   ES    EL                      not a command; a command with a wrong value
 *
 * Each line ends in CR LF; a weight has ten places, right aligned, then its unit.
 */
export interface ScaleSettings {
	serialNumber: string;
	/** The smallest step it shows: 500 mg shows one decimal of a gram. */
	divisionMilligrams?: number;
	capacityMilligrams?: number;
}

const settlingLimitMs = 3_000;
const lookAgainMs = 50;
const repeatEveryMs = 100;
/** A host that sends no line end must not fill the scale's memory. */
const longestCommand = 64;

export function runScale(line: SerialEnd, plate: Plate, timeline: Timeline, settings: ScaleSettings): void {
	const division = settings.divisionMilligrams ?? 500;
	const capacity = settings.capacityMilligrams ?? 15_000_000;
	let zero = 0;
	let tare = 0;
	let held = "";
	let cancelPending = (): void => {};

	const say = (text: string): void => line.write(Buffer.from(`${text}\r\n`, "latin1"));
	const round = (milligrams: number): number => Math.round(milligrams / division) * division;

	const look = () => {
		const felt = plate.feel(timeline.now());
		const gross = felt.milligrams - zero;
		const range = gross > capacity + 9 * division ? "+" : gross < -Math.max(20 * division, capacity * 0.02) ? "-" : undefined;
		return { gross, net: round(gross - tare), settled: felt.swingMilligrams < division, range };
	};

	const sayWeight = (): void => {
		const { net, settled, range } = look();
		say(range ? `S ${range}` : `S ${settled ? "S" : "D"} ${weightText(net, division)}`);
	};

	/** Acts once the plate is still; a customer who leans on the shelf makes it give up. */
	const whenSettled = (command: string, act: () => void): void => {
		const giveUpAtMs = timeline.now() + settlingLimitMs;
		const again = (): void => {
			const { settled, range } = look();
			if (range) say(`${command} ${range}`);
			else if (settled) act();
			else if (timeline.now() >= giveUpAtMs) say(`${command} I`);
			else cancelPending = timeline.after(lookAgainMs, again);
		};
		again();
	};

	const setZero = (command: string, status: string): void => {
		const { gross, range } = look();
		const fromTrueZero = gross + zero;
		// Only two percent of the range may be called zero, or a full crate would vanish from the books (OIML R 76).
		if (range || Math.abs(fromTrueZero) > capacity * 0.02) return say(`${command} ${fromTrueZero > 0 ? "+" : "-"}`);
		zero = fromTrueZero;
		tare = 0;
		say(`${command} ${status}`);
	};

	const takeTare = (command: string, settled: boolean): void => {
		const { gross, range } = look();
		if (range || gross < 0) return say(`${command} ${range ?? "-"}`);
		tare = round(gross);
		say(`${command} ${settled ? "S" : "D"} ${weightText(tare, division)}`);
	};

	const presetTare = (rest: string): void => {
		if (rest === "") return say(`TA A ${weightText(tare, division)}`);
		const [, value = "", unit] = /^(\d+(?:\.\d+)?) (g|kg)$/.exec(rest) ?? [];
		const milligrams = Number(value) * (unit === "kg" ? 1_000_000 : 1_000);
		if (!unit || milligrams > capacity) return say("EL");
		tare = round(milligrams);
		say(`TA A ${weightText(tare, division)}`);
	};

	const repeat = (): void => {
		sayWeight();
		cancelPending = timeline.after(repeatEveryMs, repeat);
	};

	const obey = (command: string): void => {
		const [word = "", ...rest] = command.split(" ");
		if (/^(S|SI|SIR|@|Z|T)$/.test(word)) {
			cancelPending();
			cancelPending = () => {};
		}
		if (rest.length > 0 && word !== "TA") return say(/^(S|SI|SIR|Z|ZI|T|TI|TAC|I[0-4]|@)$/.test(word) ? "EL" : "ES");
		switch (word) {
			case "S":
				return whenSettled("S", sayWeight);
			case "SI":
				return sayWeight();
			case "SIR":
				return repeat();
			case "Z":
				return whenSettled("Z", () => setZero("Z", "A"));
			case "ZI":
				return setZero("ZI", look().settled ? "S" : "D");
			case "T":
				return whenSettled("T", () => takeTare("T", true));
			case "TI":
				return takeTare("TI", look().settled);
			case "TA":
				return presetTare(rest.join(" "));
			case "TAC":
				tare = 0;
				return say("TAC A");
			case "I0":
				return commands.forEach((known, at) => say(`I0 ${at === commands.length - 1 ? "A" : "B"} ${known.level} "${known.word}"`));
			case "I1":
				return say('I1 A "01" "2.30" "2.20" "" ""');
			case "I2":
				return say(`I2 A "Gondola Shelf ${(capacity / 1_000_000).toFixed(3)} kg"`);
			case "I3":
				return say('I3 A "1.10 18.6.1.1361.772"');
			case "I4":
			case "@":
				if (word === "@") tare = 0;
				return say(`I4 A "${settings.serialNumber}"`);
			default:
				return say("ES");
		}
	};

	line.onBytes((bytes) => {
		held += Buffer.from(bytes).toString("latin1");
		for (let end = held.indexOf("\n"); end >= 0; end = held.indexOf("\n")) {
			const command = held.slice(0, end).replace(/\r$/, "");
			held = held.slice(end + 1);
			if (command !== "") obey(command);
		}
		if (held.length > longestCommand) {
			held = "";
			say("ES");
		}
	});
}

const commands = [
	...["I0", "I1", "I2", "I3", "I4", "S", "SI", "SIR", "Z", "ZI", "@"].map((word) => ({ level: 0, word })),
	...["T", "TI", "TA", "TAC"].map((word) => ({ level: 1, word })),
];

function weightText(milligrams: number, division: number): string {
	const decimals = division % 1_000 === 0 ? 0 : division % 100 === 0 ? 1 : division % 10 === 0 ? 2 : 3;
	const grams = (milligrams / 1_000).toFixed(decimals).replace(/^-(0(?:\.0+)?)$/, "$1");
	return `${grams.padStart(10)} g`;
}
