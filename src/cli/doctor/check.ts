import type { AlarmLevel } from "../../words/alarm.ts";
import { defined } from "../../words/defined.ts";

/** One thing that the doctor checked. */
export interface Check {
	area: string;
	/** `unknown`: it could not be checked, for example without the rights; this is no fault. */
	state: "right" | "wrong" | "unknown";
	/** Only where something is wrong. */
	level?: AlarmLevel;
	about: string;
	what: string;
	/** The one command or action that helps. */
	do?: string;
	healsByItself?: boolean;
}

export const right = (area: string, about: string, what: string): Check => ({ area, about, what, state: "right" });

export const unknown = (area: string, about: string, what: string, act?: string): Check => ({
	area,
	about,
	what,
	state: "unknown",
	...defined({ do: act }),
});

export const wrong = (area: string, level: AlarmLevel, about: string, what: string, act: string): Check => ({
	area,
	about,
	what,
	state: "wrong",
	level,
	do: act,
	healsByItself: false,
});

/** An area that this user has no right to read: nothing is reported about it. */
const forbidden = (area: string): Check => unknown(area, area, "you may not look at this", "Run it as root: sudo gondola doctor");

/** The checks of one area; an unexpected error becomes one check that could not be made, so that it does not hide the others. */
export async function checksOf(area: string, look: () => Check[] | Promise<Check[]>): Promise<Check[]> {
	try {
		return await look();
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		return [code === "EACCES" || code === "EPERM" ? forbidden(area) : unknown(area, area, message)];
	}
}
