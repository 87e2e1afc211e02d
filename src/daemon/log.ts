import { type Logger, pino } from "pino";

/** One line per fact, JSON on stdout for journald; sentences are for people, facts for machines. */
export function createLog(level: string = process.env["GONDOLA_LOG"] ?? "info"): Logger {
	return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } });
}
