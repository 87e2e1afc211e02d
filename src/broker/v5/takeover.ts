/**
 * Allows one connection per client id over both versions of MQTT: the old connection is told and closed and its last will settled
 * before the new one gets its CONNACK.
 */
import type { Registry } from "../connection/registry.ts";
import type { Persistence } from "../session/persistence.ts";
import type { Wills5 } from "./wills.ts";

export interface TakeoverDeps {
	registry: Pick<Registry, "get">;
	persistence: Pick<Persistence, "endExpired">;
	wills: Pick<Wills5, "back" | "isDue">;
}

export function createMakeWay({ registry, persistence, wills }: TakeoverDeps) {
	const settle = async (client: string, continues: boolean, isFive: boolean): Promise<void> => {
		for (;;) {
			const present = registry.get(client);
			// Of two of MQTT 3.1.1 aedes ends the older one itself.
			if (!present || (!isFive && present.version === 3)) break;
			await present.makeWay();
		}
		persistence.endExpired(client);
		await wills.back(client, continues);
	};
	return {
		/** `continues`: the new connection asks for the session that is there. */
		forFive: (client: string, continues: boolean): Promise<void> => settle(client, continues, true),
		/** Null: there is no connection of MQTT 5 to end. */
		forOlder(client: string, continues: boolean): Promise<void> | null {
			persistence.endExpired(client);
			if (registry.get(client)?.version !== 5 && !wills.isDue(client)) return null;
			return settle(client, continues, false);
		},
	};
}
