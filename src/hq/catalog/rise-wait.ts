import { riseWaitsMostMs } from "../../words/prices/rise.ts";

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * How long the rises of a push wait for labels at most, in milliseconds: "90s", "10m", "2h", "1d", an ISO 8601 duration of days and time
 * such as "PT10M", or a number of seconds; 0: they do not wait. Undefined: none of these, or more than 30 days.
 */
export function riseWaitOf(asked: string | number): number | undefined {
	const text = String(asked).trim();
	const plain = /^(\d{1,9})([smhd]?)$/.exec(text);
	const iso = /^P(?=\d|T\d)(?:(\d{1,3})D)?(?:T(?=\d)(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?$/.exec(text);
	const ms = plain
		? Number(plain[1]) * unitMs[plain[2] || "s"]!
		: iso && ["d", "h", "m", "s"].reduce((sum, unit, i) => sum + Number(iso[i + 1] ?? 0) * unitMs[unit]!, 0);
	return typeof ms === "number" && ms <= riseWaitsMostMs ? ms : undefined;
}
