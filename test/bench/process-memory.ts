import { readdirSync, readFileSync } from "node:fs";

export interface ProcessMemory {
	/** What the file of the process is called: gateway-process, hq-process, main. */
	name: string;
	pid: number;
	/** All of it, the runtime's own file included, which all its processes share. */
	rssMb: number;
	/** What only this process needs. */
	privateMb: number;
}

/** From /proc: Linux only. */
export function memoryOf(pid: number): ProcessMemory {
	const status = readFileSync(`/proc/${pid}/status`, "utf8");
	const megabytes = (key: string): number => (Number(new RegExp(`^${key}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0) * 1024) / 1e6;
	const script =
		readFileSync(`/proc/${pid}/cmdline`, "utf8")
			.split("\0")
			.find((word) => /\.[jt]s$/.test(word)) ?? "";
	const name = script.replace(/^.*\/(\w+)\/([\w-]+)\.[jt]s$/, (_, room: string, file: string) => (file === "main" ? `${room}/main` : file));
	return { name, pid, rssMb: megabytes("VmRSS"), privateMb: megabytes("RssAnon") };
}

export function childrenOf(pid: number): number[] {
	return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
		readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8")
			.split(" ")
			.filter((word) => word !== "")
			.map(Number),
	);
}
