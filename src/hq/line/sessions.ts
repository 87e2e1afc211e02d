import { openStoreSession, type StoreSession, type StoreSessionDeps, type StoreSessionStatus } from "../../link/hq/session.ts";

/** Anybody may greet under any name: with so many names no further session is opened. */
const sessionsMost = 20_000;

/** HQ's sessions, by store. */
export interface Sessions {
	/** The store's session, opened where there is none; undefined where there are too many. */
	of(store: string): StoreSession | undefined;
	known(store: string): StoreSession | undefined;
	/** Ends the sessions of all stores for which `isKept` is false. */
	keepOnly(isKept: (store: string) => boolean): void;
	talking(): string[];
	status(): { talking: number; refused: number; stores: Record<string, StoreSessionStatus> };
	stop(): void;
}

type Shared = Omit<StoreSessionDeps, "store" | "publish">;
type Publish = (store: string, ...said: Parameters<StoreSessionDeps["publish"]>) => void;

export function createSessions(shared: Shared, publish: Publish): Sessions {
	const sessions = new Map<string, StoreSession>();
	return {
		of(store) {
			const known = sessions.get(store);
			if (known || sessions.size >= sessionsMost) return known;
			const session = openStoreSession({ ...shared, store, publish: (...said) => publish(store, ...said) });
			sessions.set(store, session);
			return session;
		},
		known: (store) => sessions.get(store),
		keepOnly(isKept) {
			for (const [store, session] of sessions) {
				if (isKept(store)) continue;
				session.stop();
				sessions.delete(store);
			}
		},
		talking: () => [...sessions].flatMap(([store, session]) => (session.status().state === "talking" ? [store] : [])),
		status() {
			const stores = Object.fromEntries([...sessions].map(([store, session]) => [store, session.status()]));
			const all = Object.values(stores);
			const talking = all.filter((each) => each.state === "talking").length;
			return { stores, talking, refused: all.reduce((sum, each) => sum + each.refused, 0) };
		},
		stop() {
			for (const session of sessions.values()) session.stop();
		},
	};
}
