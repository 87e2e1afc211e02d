/** The box that keeps a copy: takes one gateway at a time, by TLS, and writes what comes into the folder. */
import { createServer, type TLSSocket } from "node:tls";
import { z } from "zod";
import { sameSecret } from "../access/secrets.ts";
import { type CopyFolder, CopyRefused, openCopyFolder } from "./copy-folder.ts";
import { type Request, readMessages, request, writeMessage } from "./line.ts";

export interface ReceiverOptions {
	folder: string;
	host: string;
	/** 0: any free one. */
	port: number;
	/** PEM. */
	certificate: string;
	key: string;
	token: string;
	log(sentence: string): void;
}

const helloWithinMs = 10_000;
/** A gateway speaks every second. */
const silentForMs = 30_000;
const connectionsMost = 8;

export async function startReceiver(options: ReceiverOptions): Promise<{ port: number; stop(): Promise<void> }> {
	const { folder, host, port, certificate, key, token, log } = options;
	let current: { socket: TLSSocket; copy: CopyFolder } | undefined;
	const leave = (socket: TLSSocket): void => {
		if (current?.socket !== socket) return;
		current.copy.close();
		current = undefined;
		log("the gateway has left");
	};

	/** A gateway that comes again, after its line was cut, takes the place of its earlier connection. */
	function greet(socket: TLSSocket, asked: Extract<Request, { do: "hello" }>): object {
		if (!sameSecret(token, asked.token)) throw new CopyRefused("the token is not the one of this copy");
		if (current) {
			const { socket: before } = current;
			leave(before);
			before.destroy();
		}
		const copy = openCopyFolder(folder, asked.rules);
		current = { socket, copy };
		log(`store ${asked.rules.store} keeps its copy here (${asked.rules.mode})`);
		const position = copy.position();
		const takenOver = copy.takenOver();
		return { ...(position && { position }), ...(takenOver && { takenOver }) };
	}

	function answer(socket: TLSSocket, json: unknown, bytes: Buffer): unknown {
		const read = request.safeParse(json);
		if (!read.success) throw new CopyRefused("this box does not understand the request; is its Gondola older?");
		if (read.data.do === "hello") return greet(socket, read.data);
		if (current?.socket !== socket) throw new CopyRefused("greet first");
		return act(current.copy, read.data, bytes);
	}

	const server = createServer({ key, cert: certificate, minVersion: "TLSv1.3" }, (socket) => {
		socket.setNoDelay(true);
		const early = setTimeout(() => socket.destroy(), helloWithinMs);
		socket.setTimeout(silentForMs, () => socket.destroy());
		socket.on("error", () => {});
		socket.on("close", () => {
			clearTimeout(early);
			leave(socket);
		});
		readMessages(socket, (json, bytes) => {
			try {
				const ok = answer(socket, json, bytes);
				clearTimeout(early);
				writeMessage(socket, { ok: ok ?? {} });
			} catch (error) {
				const why = (error as Error).message;
				log(`refused ${socket.remoteAddress}: ${why}`);
				writeMessage(socket, { error: why });
				socket.end();
			}
		});
	});
	server.maxConnections = connectionsMost;
	await new Promise<void>((resolve, reject) => {
		server.once("error", reject);
		server.listen(port, host, resolve);
	});
	return {
		port: (server.address() as { port: number }).port,
		stop: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				current?.socket.destroy();
			}),
	};
}

const digestsSent = z.array(z.string().max(64)).max(1_000_000);

function act(copy: CopyFolder, asked: Exclude<Request, { do: "hello" }>, bytes: Buffer): unknown {
	switch (asked.do) {
		case "beginBase":
			return copy.beginBase();
		case "putBlock":
			return copy.putBlock(asked.index, bytes);
		case "endBase":
			return copy.endBase(asked.bytes, digestsSent.parse(JSON.parse(bytes.toString("utf8"))));
		case "beginLog":
			return copy.beginLog(Buffer.from(bytes));
		case "append":
			copy.append(asked.from, Buffer.from(bytes));
			return { takenOver: asked.isLast ? copy.sync() : undefined };
		case "putFile":
			return copy.putFile(asked.name, bytes);
		case "heard":
			copy.heard(asked.at);
			return { takenOver: copy.takenOver() };
	}
}
