import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";

/** A virtual machine: Debian's own kernel and systemd under QEMU without KVM, driven over a virtio-serial port (guest/agent.py). */
export interface Machine {
	/** Runs a command in it; rejects where it answers another code than 0, with what it printed. */
	sh(command: string, seconds?: number): Promise<string>;
	/** The same, whatever the code is. */
	ask(command: string, seconds?: number): Promise<{ code: number; out: string }>;
	/** Lines that programs in it wrote to /dev/virtio-ports/lab.report. */
	readonly reports: readonly string[];
	/** Asks QEMU's monitor (QMP). */
	monitor(execute: string, args?: object): Promise<unknown>;
	/** Keeps it as it runs, under a name, in its disk. The shared folder is not mounted meanwhile. */
	save(name: string): Promise<void>;
	/** The plug is pulled: nothing is written any more. */
	cutPower(): Promise<void>;
	stop(): Promise<void>;
}

export interface MachineSettings {
	/** Holds root.img, initrd.gz and vmlinuz (image.sh). */
	image: string;
	/** A qcow2 file over root.img, made by `newDisk`. */
	disk: string;
	/** A folder of this machine, at /lab in the other. */
	share: string;
	/** Goes on from a state that was saved, instead of a boot. */
	from?: string;
}

export function newDisk(image: string, file: string): string {
	execFileSync("qemu-img", ["create", "-q", "-f", "qcow2", "-b", join(image, "root.img"), "-F", "raw", file]);
	return file;
}

const bootMs = 240_000;

export async function startMachine(settings: MachineSettings): Promise<Machine> {
	const folder = mkdtempSync(join(tmpdir(), "gondola-lab-"));
	const qemu = spawn("qemu-system-x86_64", commandLine(settings, folder), {
		stdio: ["ignore", "ignore", openSync(join(folder, "qemu.err"), "w")],
	});
	const gone = new Promise<void>((resolve) => qemu.once("exit", () => resolve()));
	const said = (file: string): string => readFileSync(join(folder, file), "utf8").slice(-3_000);
	const dead = gone.then(() => Promise.reject(new Error(`QEMU ended: ${said("qemu.err")}`)));
	dead.catch(() => {});
	const agent = await Promise.race([agentAt(join(folder, "control"), dead), dead]);
	const reports: string[] = [];
	lines(await connected(join(folder, "report")), (line) => reports.push(line));
	const monitor = monitorAt(join(folder, "monitor"));
	const machine: Machine = {
		reports,
		monitor,
		ask: (command, seconds = 120) => Promise.race([agent.ask(command, seconds), dead]),
		async sh(command, seconds) {
			const { code, out } = await machine.ask(command, seconds);
			if (code !== 0) throw new Error(`${command}\nended with ${code}:\n${out}`);
			return out;
		},
		async save(name) {
			await machine.sh("umount /lab 2>/dev/null; sync; echo 3 > /proc/sys/vm/drop_caches");
			const answer = await monitor("human-monitor-command", { "command-line": `savevm ${name}` });
			if (answer !== "") throw new Error(String(answer));
			await machine.sh("mount /lab");
		},
		async cutPower() {
			qemu.kill("SIGKILL");
			await gone;
		},
		async stop() {
			qemu.kill("SIGKILL");
			await gone;
			rmSync(folder, { recursive: true, force: true });
		},
	};
	try {
		await Promise.race([settings.from ? answers(machine) : agent.hello, dead, tooLong(qemu)]);
		// A state that was saved has the time of then, and no shared folder: it cannot be saved with one.
		if (settings.from) await machine.sh(`date -s @${Math.floor(Date.now() / 1000)} >/dev/null; mountpoint -q /lab || mount /lab`);
		else await machine.ask("systemctl is-system-running --wait", 240);
	} catch (error) {
		const console = said("console.log");
		await machine.stop();
		throw new Error(`the virtual machine did not start: ${String(error)}\n${console}`);
	}
	return machine;
}

function commandLine({ image, disk, share, from }: MachineSettings, folder: string): string[] {
	const socket = (id: string): string => `socket,id=${id},path=${join(folder, id)},server=on,wait=off`;
	return [
		...["-accel", "tcg,thread=multi,tb-size=256", "-cpu", "max,la57=off", "-machine", "pc", "-smp", "2", "-m", "1536"],
		...["-nodefaults", "-display", "none", "-nic", "none", "-no-reboot"],
		...["-kernel", join(image, "vmlinuz"), "-initrd", join(image, "initrd.gz")],
		...["-append", "console=ttyS0 quiet loglevel=3 mitigations=off random.trust_cpu=on panic=-1 net.ifnames=0"],
		...["-drive", `if=none,id=root,file=${disk},format=qcow2,cache=writeback`, "-device", "virtio-blk-pci,drive=root"],
		...["-device", "virtio-rng-pci", "-device", "virtio-serial-pci"],
		...["-chardev", socket("control"), "-device", "virtserialport,chardev=control,name=lab.control"],
		...["-chardev", socket("report"), "-device", "virtserialport,chardev=report,name=lab.report"],
		...["-chardev", `file,id=console,path=${join(folder, "console.log")}`, "-serial", "chardev:console"],
		...["-qmp", `unix:${join(folder, "monitor")},server=on,wait=off`, "-device", "qemu-xhci,id=xhci"],
		...["-virtfs", `local,path=${share},mount_tag=lab,security_model=none,multidevs=remap,id=lab`],
		...(from ? ["-loadvm", from] : []),
	];
}

async function tooLong(qemu: ChildProcess): Promise<never> {
	await after(bootMs, undefined, { ref: false });
	throw new Error(`no answer within ${bootMs / 1000} s of process ${qemu.pid}`);
}

async function answers(machine: Machine): Promise<void> {
	for (;;) if (await Promise.race([machine.ask("true"), after(1_000)])) return;
}

async function connected(path: string): Promise<Socket> {
	for (;;) {
		const socket = connect(path);
		const isOpen = await new Promise<boolean>((resolve) => {
			socket.once("connect", () => resolve(true));
			socket.once("error", () => resolve(false));
		});
		if (isOpen) return socket.on("error", () => {});
		await after(30);
	}
}

function lines(socket: Socket, hear: (line: string) => void): void {
	let waiting = "";
	socket.setEncoding("utf8").on("data", (text: string) => {
		const parts = (waiting + text).split("\n");
		waiting = parts.pop()!;
		for (const line of parts) if (line.trim()) hear(line);
	});
}

interface Answer {
	code: number;
	out: string;
}

async function agentAt(path: string, dead: Promise<never>) {
	const socket = await Promise.race([connected(path), dead]);
	const waiting = new Map<number, (answer: Answer) => void>();
	let asked = 0;
	let greet: () => void = () => {};
	const hello = new Promise<void>((resolve) => {
		greet = resolve;
	});
	lines(socket, (line) => {
		const message = JSON.parse(line) as Answer & { id?: number; hello?: string };
		if (message.hello) return greet();
		waiting.get(message.id!)?.(message);
		waiting.delete(message.id!);
	});
	return {
		hello,
		ask: (command: string, seconds: number) =>
			new Promise<Answer>((resolve) => {
				asked++;
				waiting.set(asked, resolve);
				socket.write(`${JSON.stringify({ id: asked, command, seconds })}\n`);
			}),
	};
}

function monitorAt(path: string): Machine["monitor"] {
	let line: Promise<(execute: string, args?: object) => Promise<unknown>> | undefined;
	const open = async () => {
		const socket = await connected(path);
		const waiting: ((message: { return?: unknown; error?: unknown }) => void)[] = [];
		lines(socket, (text) => {
			const message = JSON.parse(text) as { return?: unknown; error?: unknown };
			if ("return" in message || "error" in message) waiting.shift()?.(message);
		});
		const ask = async (execute: string, args?: object): Promise<unknown> => {
			const answered = new Promise<{ return?: unknown; error?: unknown }>((resolve) => waiting.push(resolve));
			socket.write(JSON.stringify({ execute, arguments: args }));
			const message = await answered;
			if (message.error) throw new Error(JSON.stringify(message.error));
			return message.return;
		};
		await ask("qmp_capabilities");
		return ask;
	};
	return async (execute, args) => {
		line ??= open();
		return (await line)(execute, args);
	};
}
