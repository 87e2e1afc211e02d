import { z } from "zod";
import type { Audit } from "../ledger-view.ts";
import { Problem } from "../problems.ts";
import { json, type Route, route } from "../route.ts";
import { idIn, listOf } from "../schemas.ts";
import { type BrokerAccountsDesk, brokerAccountRoutes } from "./broker-accounts.ts";

const counts = z.record(z.string(), z.number());
const overview = z.object({
	url: z.string(),
	clients: z.number(),
	sessions: z.number(),
	queued: z.number(),
	retained: z.number(),
	subscriptions: z.number(),
	waiting: z.number(),
	refused: counts,
	dropped: counts,
	deadLetters: z.array(
		z.object({ reason: z.string(), topic: z.string(), client: z.string(), at: z.string(), sample: z.string(), count: z.number() }),
	),
});
const pending = z.object({ device: z.string(), address: z.string(), at: z.string(), fingerprint: z.string() });

/** The store's MQTT broker as the desk sees it; the daemon hands it in, the two doors do not know each other. */
export interface BrokerDesk extends BrokerAccountsDesk {
	url: string;
	stats(): Omit<z.infer<typeof overview>, "url">;
	openPairing(minutes: number): { until: number };
	closePairing(): void;
	pendingDevices(): z.infer<typeof pending>[];
	approve(device: string): Promise<void>;
}

const byId = z.strictObject({ id: idIn });

/** Pairing: an operator opens a window of at most five minutes, sees which devices ask to come in, and approves those she knows. */
export function brokerRoutes(broker: BrokerDesk, audit: Audit): Route[] {
	return [
		...brokerAccountRoutes(broker, audit),
		route({
			method: "GET",
			url: "/api/v1/broker",
			room: "broker",
			right: "broker.read",
			summary:
				"The store's MQTT broker: clients, what waits, who was refused and why, the newest message of each kind that could not be used",
			answers: { 200: overview },
			problems: [],
			run: () => {
				const { clients, sessions, queued, retained, subscriptions, waiting, refused, dropped, deadLetters } = broker.stats();
				return json({ url: broker.url, clients, sessions, queued, retained, subscriptions, waiting, refused, dropped, deadLetters });
			},
		}),
		route({
			method: "POST",
			url: "/api/v1/pairing",
			room: "broker",
			right: "devices.admit",
			summary: "Opens the pairing window for new MQTT devices, at most 5 minutes; 0 closes it",
			body: z.strictObject({ minutes: z.number().min(0).max(5) }),
			answers: { 200: z.object({ until: z.string().nullable() }) },
			problems: [400],
			run: ({ body }) => {
				if (body.minutes === 0) {
					broker.closePairing();
					return json({ until: null });
				}
				return json({ until: new Date(broker.openPairing(body.minutes).until).toISOString() });
			},
		}),
		route({
			method: "GET",
			url: "/api/v1/pairing",
			room: "broker",
			right: "devices.admit",
			summary: "Devices that knocked while the window was open, with the first digits of their password's digest to compare",
			answers: { 200: listOf(pending) },
			problems: [],
			run: () => json({ items: broker.pendingDevices() }),
		}),
		route({
			method: "POST",
			url: "/api/v1/pairing/{id}/approve",
			keepsActor: true,
			room: "broker",
			right: "devices.admit",
			summary: "Lets a device in that knocked; its next connection succeeds",
			path: byId,
			answers: { 200: z.object({ device: z.string() }) },
			problems: [404],
			run: async ({ path, by }) => {
				if (!broker.pendingDevices().some((each) => each.device === path.id))
					throw new Problem("device-unknown", `No device called ${path.id} has knocked while pairing was open.`);
				await broker.approve(path.id);
				audit({ what: "device-admitted", by: by.actor, subject: path.id });
				return json({ device: path.id });
			},
		}),
	];
}
