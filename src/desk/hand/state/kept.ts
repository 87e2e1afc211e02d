/** Data that stays on the device: the outbox, and the gateway's last answers. In IndexedDB, which survives a reload and a kill. */

const database = "gondola-hand";

let opened: Promise<IDBDatabase> | undefined;

/** Rejects where the browser keeps nothing, as in some private windows. */
export function openKept(): Promise<IDBDatabase> {
	opened ??= new Promise((resolve, reject) => {
		const asked = indexedDB.open(database, 1);
		asked.onupgradeneeded = () => {
			asked.result.createObjectStore("acts", { keyPath: "n", autoIncrement: true });
			asked.result.createObjectStore("heard");
		};
		asked.onsuccess = () => resolve(asked.result);
		asked.onerror = () => reject(asked.error);
	});
	return opened;
}

/** Resolves when all that `work` asked for is on the disk. */
export async function written<T>(
	store: "acts" | "heard",
	work: (store: IDBObjectStore) => IDBRequest<T> | undefined,
): Promise<T | undefined> {
	const db = await openKept();
	return new Promise((resolve, reject) => {
		// Strict: a power cut of the device after this loses nothing.
		const transaction = db.transaction(store, "readwrite", { durability: "strict" });
		const asked = work(transaction.objectStore(store));
		transaction.oncomplete = () => resolve(asked?.result);
		transaction.onabort = () => reject(transaction.error);
	});
}

export async function readAll<T>(store: "acts"): Promise<T[]> {
	const db = await openKept();
	return new Promise((resolve, reject) => {
		const asked = db.transaction(store, "readonly").objectStore(store).getAll() as IDBRequest<T[]>;
		asked.onsuccess = () => resolve(asked.result);
		asked.onerror = () => reject(asked.error);
	});
}

/** The gateway's last answer under a key; undefined where there was none, or the browser keeps nothing. */
export async function heard<T>(key: string): Promise<T | undefined> {
	try {
		const db = await openKept();
		return await new Promise((resolve, reject) => {
			const asked = db.transaction("heard", "readonly").objectStore("heard").get(key) as IDBRequest<T | undefined>;
			asked.onsuccess = () => resolve(asked.result);
			asked.onerror = () => reject(asked.error);
		});
	} catch {
		return undefined;
	}
}

export async function keepHeard(key: string, value: unknown): Promise<void> {
	await written("heard", (store) => store.put(value, key)).catch(() => undefined);
}
