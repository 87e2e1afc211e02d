/** Errors of a start: which part did not open, the setting that it depends on, and what to do about it. */
class StartFailed extends Error {
	override name = "StartFailed";
}

export interface Setting {
	/** The section as it is named in gondola.yaml, such as `desk`. */
	path: string;
	host?: string;
	/** Set where one section opens several ports: the one that failed. */
	port?: number;
	/** Name of the port's setting, where it is not `port`. */
	portSetting?: string;
}

/** The error as one sentence; an error that is not the system's is returned as it is. */
function startFailed(error: unknown, { path, host, port: configured, portSetting = "port" }: Setting): Error {
	const { code, message, port = configured } = error as NodeJS.ErrnoException & { port?: number };
	const portAt = `${path}.${portSetting}`;
	const at = host === undefined ? "" : `${host}:${port ?? ""}`;
	switch (code) {
		case "EADDRINUSE":
			return new StartFailed(
				`${portAt}: another program listens on ${at}. Stop it (ss -ltnp "sport = :${port}" names it), or set ${portAt} to a free one.`,
			);
		case "EADDRNOTAVAIL":
		case "ENOTFOUND":
		case "EAI_AGAIN":
			return new StartFailed(`${path}.host: ${host} is no address of this machine (ip address lists them).`);
		case "EACCES":
		case "EPERM":
			return new StartFailed(
				port !== undefined && port < 1024
					? `${portAt}: the system lets only root listen on ${port}; use a port from 1024 up, or give the service CAP_NET_BIND_SERVICE.`
					: `${path}: ${message}. Give the file or directory to the user that runs Gondola, or start it as that user.`,
			);
		case "ENOENT":
		case "ENOTDIR":
		case "EISDIR":
		case "EROFS":
			return new StartFailed(`${path}: ${message}. Correct the setting, or make what it names.`);
		case "ENOSPC":
			return new StartFailed(`${path}: the disk is full. Free some space, then start again.`);
		default:
			return error instanceof Error ? error : new Error(String(error));
	}
}

/** Opens one part. An error of the system becomes a sentence about the part's setting. */
export async function openPart<T>(setting: Setting, open: () => T | Promise<T>): Promise<T> {
	try {
		return await open();
	} catch (error) {
		throw startFailed(error, setting);
	}
}
