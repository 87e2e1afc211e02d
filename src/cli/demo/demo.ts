import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { makeDirectory } from "../../access/files/make-directory.ts";
import { lockDirectory } from "../../daemon/start/lock.ts";
import { programOf } from "../build/built.ts";
import { ask, hqPort } from "../verb/ask.ts";
import { configFile } from "../verb/box.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";
import { type Child, gatewayFlags, startChild } from "./child.ts";
import { readPriceList } from "./demo-catalog.ts";
import { enrolDemoStore, makeDemoTokens } from "./demo-enrolment.ts";
import { type DemoPlan, demoConfig, planDemo } from "./demo-plan.ts";
import { openDemoShop } from "./demo-shop.ts";
import { openDrillFaults } from "./drill-faults.ts";

const usage = `gondola demo: a store that lives: head office, gateway, and devices that speak their real protocols

  --data DIR          where it keeps everything (default ./gondola-data)
  --port N            the cockpit and the HTTP API (default 8080; 0: any free one)
  --hq-port N         head office (default 8090)
  --mqtt-port N       the store's MQTT broker (default 1883)
  --labels N          electronic labels on the shelves (default 48)
  --catalog FILE.csv  a price list instead of the built-in one
  --store ID          the store's name at head office (default demo)
  --speed X           how fast shoppers, radio and paper are (default 1)
  --fiscal            a practice device that signs what tills settle
  --headless          one line of JSON when everything is up, and nothing else; --json is the same

What the labels really show is drawn into DIR/virtual-store/labels, receipts into DIR/virtual-store/slips.
DIR/virtual-store/control.json says where the devices can be played with.`;

const options = {
	data: { type: "string" },
	port: { type: "string" },
	"hq-port": { type: "string" },
	"mqtt-port": { type: "string" },
	labels: { type: "string" },
	catalog: { type: "string" },
	store: { type: "string" },
	speed: { type: "string" },
	fiscal: { type: "boolean" },
	headless: { type: "boolean" },
	json: { type: "boolean" },
} as const;

const restartAfterMs = 500;
/** A demo that was killed a moment ago may still hold its directory. */
const predecessorEndsWithinMs = 3_000;
const builtIn = new URL("../../../config/demo/catalog.csv", import.meta.url);

export const demo: Verb = {
	summary: "a store that lives: head office, gateway and virtual devices",
	usage,
	async run(args) {
		const given = read(args, usage, options);
		if (typeof given === "number") return given;
		const { values, words } = given;
		if (words.length > 0) return fail(2, usage);
		// Ledger, keys and tokens must not be readable by other users, in the demo too.
		process.umask(0o077);
		const wanted = {
			data: resolve(values.data ?? process.env["GONDOLA_DATA"] ?? "gondola-data"),
			catalog: values.catalog,
			store: values.store ?? "demo",
			port: Number(values.port ?? 8080),
			hqPort: Number(values["hq-port"] ?? hqPort),
			mqttPort: Number(values["mqtt-port"] ?? 1883),
			labels: Number(values.labels ?? 48),
			speed: Number(values.speed ?? 1),
			fiscal: values.fiscal ?? false,
			headless: values.headless ?? values.json ?? false,
		};
		for (const [name, n] of [
			["--port", wanted.port],
			["--hq-port", wanted.hqPort],
			["--mqtt-port", wanted.mqttPort],
		] as const)
			if (!Number.isInteger(n) || n < 0 || n > 65_535) return fail(2, `${name} must be a port number, 0 to 65535`);
		if (!Number.isInteger(wanted.labels) || wanted.labels < 1 || wanted.labels > 20_000)
			return fail(2, "--labels must be a number from 1 to 20000");
		if (!(wanted.speed > 0) || wanted.speed > 1_000) return fail(2, "--speed must be a number above 0, at most 1000");
		if (!/^[a-z0-9_-]{1,32}$/.test(wanted.store)) return fail(2, "--store must be small letters, digits, _ and -, at most 32");
		return live(wanted);
	},
};

interface Wanted {
	data: string;
	catalog: string | undefined;
	store: string;
	port: number;
	hqPort: number;
	mqttPort: number;
	labels: number;
	speed: number;
	fiscal: boolean;
	headless: boolean;
}
interface Ready {
	cockpit: string;
	hq: string;
	mqtt: string;
}

async function live(wanted: Wanted): Promise<number> {
	makeDirectory(wanted.data);
	const unlock = await lockDirectory(wanted.data, predecessorEndsWithinMs);
	const children: Child[] = [];
	let ending = false;
	const end = async (): Promise<void> => {
		if (ending) return;
		ending = true;
		await Promise.all(children.map((child) => child.stop()));
		rmSync(join(wanted.data, "demo.json"), { force: true });
		unlock();
	};
	const stopped = new Promise<void>((resolve) => {
		for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => resolve());
		whenNpmEnds(resolve);
	});
	try {
		const page = build(new URL("../../desk/cockpit/build.ts", import.meta.url), "the cockpit page");
		const program = build(new URL("../build/build.ts", import.meta.url), "the gateway's program");
		const starting = startStore(wanted, children, program, () => ending);
		const ready = await Promise.race([starting, stopped.then(() => undefined)]);
		if (ready) {
			await page;
			writeFileSync(join(wanted.data, "demo.json"), JSON.stringify({ pid: process.pid, ...ready }));
			if (wanted.headless) say(JSON.stringify({ ready: true, ...ready, data: wanted.data }));
			else welcome(ready, wanted);
			await stopped;
		}
		if (!wanted.headless) say("\nclosing the store…");
		await end();
		return 0;
	} catch (error) {
		await end();
		return fail(1, (error as Error).message);
	}
}

/** Builds page and gateway of a checkout when their sources have changed, in the background; a store works without them. */
function build(file: URL, what: string): Promise<void> {
	return new Promise((resolve) => {
		execFile(process.execPath, [fileURLToPath(file)], (error, _, complaint) => {
			if (error) process.stderr.write(`gondola: ${what} could not be built: ${complaint}\n`);
			resolve();
		});
	});
}

/** npm that is killed leaves its child process running: the demo then ends by itself. */
function whenNpmEnds(act: () => void): void {
	if (process.env["npm_lifecycle_event"] === undefined) return;
	const npm = process.ppid;
	const looking = setInterval(() => {
		if (process.ppid === npm) return;
		clearInterval(looking);
		act();
	}, 500);
	looking.unref();
}

async function startStore(wanted: Wanted, children: Child[], program: Promise<void>, isEnding: () => boolean): Promise<Ready> {
	const file = wanted.catalog ?? builtIn;
	const csv = readFileSync(file, "utf8");
	const articles = await readPriceList(csv);
	if (articles.length === 0) throw new Error(`${wanted.catalog} has no article that can be sold; its first line must name the columns`);
	const plan = planDemo({
		outDir: join(wanted.data, "virtual-store"),
		speed: wanted.speed,
		labels: wanted.labels,
		articles,
		fiscal: wanted.fiscal,
	});

	const sim = startChild(new URL("../../sim/main.ts", import.meta.url), "the virtual store");
	children.push(sim);
	const office = supervised(children, () => startChild(programOf("hq-process"), "head office"), "head office");
	const loading = program.then(() => {
		// A child that starts after the others were stopped would be stopped by nobody.
		if (isEnding()) throw new Error("the store closes before it is open");
		return supervised(children, () => startChild(programOf("gateway-process"), "the gateway", gatewayFlags), "the gateway");
	});
	loading.catch(() => {}); // awaited below; head office may fail first
	sim.onGone((why) => {
		process.stderr.write(`gondola: the virtual store ended (${why}); its devices are silent now\n`);
	});

	const officeAt = (port: number, linePort: number) => ({
		type: "start",
		options: { data: join(wanted.data, "hq"), port, linePort, tenant: "demo", plainLine: true, isDemo: true },
	});
	const [{ addresses: at }, hq] = await Promise.all([
		sim.ask<{ addresses: Parameters<typeof demoConfig>[0]["at"] }>({ type: "plan", plan: plan.store }),
		office.start<{ url: string; line: string }>(officeAt(wanted.hqPort, 0), ({ url, line }) => officeAt(portOf(url), portOf(line))),
	]);
	await makeDemoTokens(hq.url, wanted.data);
	const faults = await openDrillFaults(hq.line);
	const line = await enrolDemoStore({ ...hq, line: faults.line }, wanted.store, join(wanted.data, "gateway"));
	const config = demoConfig({
		store: wanted.store,
		data: join(wanted.data, "gateway"),
		line,
		port: wanted.port,
		mqttPort: wanted.mqttPort,
		plan,
		at,
	}) as { broker: object; devices: { id: string }[] };
	// People watch the demo: pictures that the radio lost are offered again within seconds, not minutes.
	const showing = { provesAfterMs: 300, fetchWithinMs: 1_500, completeWithinMs: 20_000, waitsMs: [500, 2_000, 5_000, 15_000] };
	const pushed = pushCatalog(hq.url, wanted, csv);
	pushed.catch(() => {}); // awaited below, when the gateway is up; until then a failure must not end the process
	const gateway = await loading;
	const ready = await gateway.start<{ addresses: { cockpit: string; mqtt: string; labels: { udpPort: number; getdataPort: number } } }>(
		{ type: "start", config, showing },
		({ addresses }) => ({ type: "start", showing, config: withPorts(config, addresses) }),
	);
	faults.obey(gateway.child);
	await pushed;
	const { cockpit, mqtt, labels } = ready.addresses;
	await gateway.child().ask({ type: "waitForArticle", sku: plan.bindings.at(-1)!.sku });
	await gateway.child().ask({ type: "bind", bindings: plan.bindings });
	await stockShelves(hq.url, wanted.store, plan);
	sim.send({
		type: "connect",
		gateway: {
			udp: { address: "127.0.0.1", port: labels.udpPort },
			getdata: { host: "127.0.0.1", port: labels.getdataPort },
			http: cockpit,
			mqtt,
		},
	});
	sim.send({ type: "shop" });
	replenish(hq.url, at.control, wanted, plan);
	await openDemoShop({ hq: hq.url, cockpit, store: wanted.store, articles: plan.store.articles });
	return { cockpit, hq: hq.url, mqtt };
}

const portOf = (url: string): number => Number(new URL(url).port);

/** A gateway that is started again keeps its ports: devices and tills know no others. */
function withPorts(
	config: { broker: object; devices: { id: string }[] },
	at: { cockpit: string; mqtt: string; labels: { udpPort: number; getdataPort: number } },
): object {
	return {
		...config,
		broker: { ...config.broker, port: portOf(at.mqtt) },
		desk: { port: portOf(at.cockpit) },
		devices: config.devices.map((device) =>
			device.id === "labels" ? { ...device, port: at.labels.udpPort, getdataPort: at.labels.getdataPort } : device,
		),
	};
}

/** A child process that is started again when it dies, as systemd does. */
function supervised(children: Child[], begin: () => Child, name: string) {
	let child = begin();
	children.push(child);
	return {
		child: () => child,
		async start<T extends object>(first: object, again: (answer: T) => object): Promise<T> {
			const answer = await child.ask<T>(first);
			const revive = (why: string): void => {
				process.stderr.write(`gondola: ${name} ended (${why}); starting it again\n`);
				setTimeout(() => {
					const next = begin();
					children[children.indexOf(child)] = next;
					child = next;
					next.onGone(revive);
					next.ask(again(answer)).catch(() => {});
				}, restartAfterMs);
			};
			child.onGone(revive);
			return answer;
		},
	};
}

async function pushCatalog(hq: string, wanted: Wanted, csv: string): Promise<void> {
	const id = `catalog-${createHash("sha256").update(csv).digest("hex").slice(0, 12)}`;
	const answer = await ask<{ accepted: number; rejected: { line: number; column: string; reason: string }[] }>(
		hq,
		`/api/v1/pushes?${new URLSearchParams({ id, stores: wanted.store })}`,
		{ method: "POST", text: { type: "text/csv; charset=utf-8", content: csv } },
	);
	if (answer.rejected.length === 0) return;
	writeFileSync(join(wanted.data, "refused-rows.json"), JSON.stringify(answer.rejected, null, "\t"));
	const some = answer.rejected
		.slice(0, 5)
		.map((row) => `\n  line ${row.line}, ${row.column}: ${row.reason}`)
		.join("");
	process.stderr.write(
		`gondola: ${answer.rejected.length} rows of the price list were refused ` +
			`(all of them in ${join(wanted.data, "refused-rows.json")}):${some}\n`,
	);
}

/**
 * A delivery from head office for the articles on weighing shelves and for some more; a restart sends the same ids, which changes nothing.
 */
async function stockShelves(hq: string, store: string, plan: DemoPlan): Promise<void> {
	const weighed = new Set(plan.store.articles.filter((article) => article.weighed).map((article) => article.sku));
	const occurredAt = new Date().toISOString();
	await Promise.all(
		plan.bindings.slice(0, 60).map(({ sku }) =>
			ask(hq, `/api/v1/stores/${store}/stock/movements`, {
				method: "POST",
				body: {
					id: `delivery-1-${sku}`,
					sku,
					quantity: weighed.has(sku) ? 40_000_000 : 48,
					reason: "receive",
					occurredAt,
					reference: "delivery 1",
				},
			}).catch(() => {}),
		),
	);
}

const lookAtStockEveryMs = 10_000;

/** Head office sends goods before the shelves are empty, and the virtual clerk puts them there; otherwise the demo would sell out. */
function replenish(hq: string, control: string, wanted: Wanted, plan: DemoPlan): void {
	const run = randomBytes(3).toString("hex");
	const scaleOf = new Map(plan.shelves.map((shelf) => [shelf.sku, shelf]));
	let delivery = 0;
	const look = async (): Promise<void> => {
		for (const { sku } of plan.bindings.slice(0, 60)) {
			const { onHand, unit } = await ask<{ onHand: number; unit: string }>(
				hq,
				`/api/v1/stores/${wanted.store}/stock/${encodeURIComponent(sku)}`,
			);
			const [low, lot] = unit === "milligram" ? [24_000_000, 40_000_000] : [30, 48];
			if (onHand >= low) continue;
			delivery += 1;
			const reference = `delivery ${run}-${delivery}`;
			await ask(hq, `/api/v1/stores/${wanted.store}/stock/movements`, {
				method: "POST",
				body: { id: `delivery-${run}-${delivery}`, sku, quantity: lot, reason: "receive", occurredAt: new Date().toISOString(), reference },
			});
			const shelf = scaleOf.get(sku);
			if (shelf)
				await ask(control, `/scales/${shelf.scale}/put`, { method: "POST", body: shelf.loose ? { milligrams: 5_000_000 } : { pieces: 6 } });
		}
	};
	setInterval(() => void look().catch(() => {}), lookAtStockEveryMs).unref();
}

/** How another terminal reaches this very demo: a verb would else ask this machine's own gateway, or the demo of its directory. */
function demoCommand(data: string): string {
	const isUsual = data === resolve("gondola-data") && !existsSync(configFile());
	const quoted = /^[\w./@:+-]+$/.test(data) ? data : `'${data.replaceAll("'", "'\\''")}'`;
	return `${isUsual ? "" : `GONDOLA_DATA=${quoted} `}npm run -s gondola --`;
}

function welcome(ready: Ready, wanted: Wanted): void {
	const hand = demoCommand(wanted.data);
	say(`
  A store is open. ${wanted.labels} labels, scanners, weighing shelves and a receipt printer; shoppers are coming in.

  Cockpit        ${ready.cockpit}
  A till         ${ready.cockpit}/till
  Head office    ${ready.hq}
  MQTT           ${ready.mqtt}
  Kept in        ${wanted.data}

  Try, in another terminal:
    ${hand} status
    ${hand} price 1001
    ${hand} events --follow
    printf 'sku,amount,currency\\n1001,1.29,EUR\\n' > changes.csv
    ${hand} hq push changes.csv --stores all      then watch the label in the cockpit
    ${hand} hq matrix                             stored, active, shown

  Ctrl-C closes the store; the next start goes on where it stopped.
`);
}
