import { join } from "node:path";
import { startPlainBroker } from "../broker/line-broker.ts";
import { startHq } from "../hq/service.ts";
import { say } from "./verb.ts";

export interface HeadOfficeOptions {
	data?: string | undefined;
	database?: string | undefined;
	broker?: string | undefined;
	port?: number | undefined;
	host?: string | undefined;
	/** Port of the embedded line broker. */
	linePort?: number | undefined;
	tenant?: string | undefined;
}

export interface HeadOffice {
	url: string;
	line: string;
	stop(): Promise<void>;
}

/** Head office with everything it needs: what is not named is embedded. */
export async function startHeadOffice(options: HeadOfficeOptions): Promise<HeadOffice> {
	const broker = options.broker === undefined ? await startPlainBroker({ host: "127.0.0.1", port: options.linePort ?? 1884 }) : undefined;
	const line = options.broker ?? broker!.url;
	let hq: Awaited<ReturnType<typeof startHq>>;
	try {
		hq = await startHq({
			...(options.database !== undefined ? { databaseUrl: options.database } : { dataDir: join(options.data ?? "gondola-hq", "database") }),
			port: options.port ?? 8090,
			host: options.host ?? "127.0.0.1",
			brokerUrl: line,
			tenant: options.tenant ?? "main",
			tell: say,
		});
	} catch (error) {
		await broker?.stop();
		throw error;
	}
	return {
		url: hq.url,
		line,
		async stop() {
			await hq.stop();
			await broker?.stop();
		},
	};
}

export async function runHq(options: {
	data: string | undefined;
	database: string | undefined;
	broker: string | undefined;
	port: string | undefined;
	host: string | undefined;
	linePort: string | undefined;
}): Promise<number> {
	const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
	const office = await startHeadOffice({ ...options, port: number(options.port), linePort: number(options.linePort) });
	say(`head office ${office.url}   stores connect through ${office.line}`);
	await new Promise<void>((resolve) => {
		for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
	});
	await office.stop();
	return 0;
}
