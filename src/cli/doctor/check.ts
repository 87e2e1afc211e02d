import type { AlarmLevel } from "../../words/alarm.ts";
import { defined } from "../../words/defined.ts";

/** One thing that the doctor looked at. */
export interface Check {
	area: string;
	/** `unknown`: it could not be looked at, such as without the rights; it is no fault. */
	state: "right" | "wrong" | "unknown";
	/** Only of what is wrong. */
	level?: AlarmLevel;
	about: string;
	what: string;
	/** The one command or act. */
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

/** An area that this user has no rights to look at: nothing is claimed about it. */
export const forbidden = (area: string): Check => unknown(area, area, "you may not look at this", "Run it as root: sudo gondola doctor");

/** The checks of one area; an unforeseen error is said as one that could not be made, so that it never hides the others. */
export async function checksOf(area: string, look: () => Check[] | Promise<Check[]>): Promise<Check[]> {
	try {
		return await look();
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		return [code === "EACCES" || code === "EPERM" ? forbidden(area) : unknown(area, area, message)];
	}
}
