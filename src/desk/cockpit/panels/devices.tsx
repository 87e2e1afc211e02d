import type { DeviceWithRemedy } from "../../../words/answers/devices.ts";
import { useSpeech } from "../language/language.ts";
import { api, useCockpit } from "../state/state.ts";
import { useAct } from "../state/use-act.ts";

const rank = { troubled: 0, offline: 1, starting: 2, well: 3 } as const;

export function Devices() {
	const { say, f } = useSpeech();
	const devices = useCockpit((all) => all.devices);
	const sorted = [...devices].sort((a, b) => rank[a.state] - rank[b.state] || a.id.localeCompare(b.id, "en", { numeric: true }));
	const well = devices.filter((device) => device.state === "well").length;
	return (
		<section class="panel devices" id="devices" aria-labelledby="devices-title">
			<header>
				<h2 id="devices-title">{say("devices")}</h2>
				{devices.length > 0 && (
					<span class="quiet">
						{f.number(well)}/{f.number(devices.length)} {say("well")}
					</span>
				)}
			</header>
			{devices.length === 0 && <p class="empty">{say("noDevices")}</p>}
			<ul>
				{sorted.map((device) => (
					<Row key={device.id} device={device} />
				))}
			</ul>
		</section>
	);
}

function Row({ device }: { device: DeviceWithRemedy }) {
	const { say, f } = useSpeech();
	const now = useCockpit((all) => all.now);
	const { said, busy, act } = useAct();
	const test = async () => {
		const { what, do: next } = await api.testDevice(device.id);
		return next === undefined ? what : `${what} ${next}`;
	};
	const restart = async () => {
		await api.restartDevice(device.id);
		return say("restarted");
	};
	return (
		<li class={device.state}>
			<i class="lamp" aria-hidden="true" />
			<span class="what">
				{device.id}
				<small>
					{say(device.family)} · {device.protocol}
				</small>
			</span>
			<span class="heard">
				{device.state === "well" ? "" : say(device.state)}
				<small>{device.lastHeardAt === null ? "–" : f.ago(device.lastHeardAt, now)}</small>
			</span>
			<span class="acts">
				<button type="button" class="ghost" disabled={busy} aria-label={`${say("test")} ${device.id}`} onClick={() => act(test)}>
					{say("test")}
				</button>
				<button type="button" class="ghost" disabled={busy} aria-label={`${say("restart")} ${device.id}`} onClick={() => act(restart)}>
					{say("restart")}
				</button>
			</span>
			{device.remedy && (
				<p class="remedy">
					<strong>{device.remedy.what}</strong> {device.remedy.do}
				</p>
			)}
			{!device.remedy && device.trouble !== null && <p class="remedy code">{device.trouble}</p>}
			{said !== "" && (
				<p class="said" role="status">
					{said}
				</p>
			)}
		</li>
	);
}
