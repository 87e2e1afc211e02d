import { useState } from "preact/hooks";
import type { StoreGroup } from "../../../../../words/answers/head-office/stores.ts";
import { useSpeech } from "../../language/language.ts";
import { usePolled } from "../../state/polled.ts";
import { addressOf, api, failed, useMay, useOffice } from "../../state/state.ts";
import { AskFirst } from "../parts/ask-first.tsx";

const shownMost = 60;

/** Groups of stores: regions, formats, pilots. A push may be for a group, and a wave may be one. */
export function Groups() {
	const { say } = useSpeech();
	const { value: groups, problem, again } = usePolled(api.groups, 10_000, "groups");
	const mayEdit = useMay("settings.write");
	const { said, isBad, busy, join, leave } = useMemberships(again);
	return (
		<section class="panel groups" aria-labelledby="groups-title">
			<header>
				<h2 id="groups-title">{say("groups")}</h2>
			</header>
			<p class="quiet">{say("groupsHelp")}</p>
			{problem !== "" && <p class="refused">{problem}</p>}
			{groups === undefined && problem === "" && <p class="empty">{say("opening")}</p>}
			{groups?.length === 0 && <p class="empty">{say("noGroup")}</p>}
			{mayEdit && <Join busy={busy} join={join} groups={groups ?? []} />}
			{said !== "" && (
				<p class={isBad ? "refused lines-kept" : "quiet"} role={isBad ? "alert" : "status"}>
					{said}
				</p>
			)}
			<ul class="lines">
				{(groups ?? []).map((group) => (
					<li key={group.group} class="stacked">
						<Group group={group} leave={mayEdit && !busy ? leave : undefined} />
					</li>
				))}
			</ul>
		</section>
	);
}

/** Stores join or leave a group one after the other; a store that is refused stops it. */
function useMemberships(again: () => void) {
	const { say, f } = useSpeech();
	const [state, setState] = useState({ said: "", isBad: false, busy: false });
	async function each(stores: readonly string[], groupsAfter: (before: string[]) => string[]): Promise<boolean> {
		let changed = 0;
		let sent = 0;
		let staying = 0;
		try {
			for (const store of stores) {
				setState({ said: say("groupsAt", f.number(changed), f.number(stores.length)), isBad: false, busy: true });
				const { groups } = await api.groupsOf(store);
				const after = await api.setGroups(store, groupsAfter(groups));
				changed += 1;
				sent += after.caughtUp.changes;
				staying += after.staying;
			}
			const more = [
				...(sent > 0 ? [say("groupsSent", f.number(sent))] : []),
				...(staying > 0 ? [say("groupsStay", f.number(staying))] : []),
			];
			setState({ said: [say("groupsDone", f.number(changed)), ...more].join(" "), isBad: false, busy: false });
			return true;
		} catch (error) {
			const why = failed(error) || say("unreachable");
			setState({ said: [why, ...(changed > 0 ? [say("groupsDone", f.number(changed))] : [])].join("\n"), isBad: true, busy: false });
			return false;
		} finally {
			again();
		}
	}
	return {
		...state,
		join: (group: string, stores: readonly string[]) => each(stores, (before) => [...new Set([...before, group])]),
		leave: (group: string, stores: readonly string[]) => each(stores, (before) => before.filter((name) => name !== group)),
	};
}

type Change = (group: string, stores: readonly string[]) => Promise<boolean>;

function Join({ busy, join, groups }: { busy: boolean; join: Change; groups: readonly StoreGroup[] }) {
	const { say } = useSpeech();
	const [group, setGroup] = useState("");
	const [stores, setStores] = useState("");
	const known = useOffice((all) => all.stores);
	const names = stores.split(/[\s,;]+/).filter(Boolean);
	return (
		<form
			class="join"
			onSubmit={(event) => {
				event.preventDefault();
				void join(group.trim(), names).then((done) => done && setStores(""));
			}}
		>
			<label>
				{say("groupName")}
				<input
					required
					list="group-names"
					pattern="[a-z0-9_\-]{1,32}"
					title="a-z 0-9 _ -"
					value={group}
					onInput={(e) => setGroup(e.currentTarget.value)}
				/>
				<datalist id="group-names">
					{groups.map((each) => (
						<option key={each.group} value={each.group} />
					))}
				</datalist>
			</label>
			<label class="wide">
				{say("groupStores")}
				<input required list="store-names" value={stores} onInput={(e) => setStores(e.currentTarget.value)} />
				<datalist id="store-names">
					{known.slice(0, 500).map(({ id }) => (
						<option key={id} value={id} />
					))}
				</datalist>
			</label>
			<button type="submit" disabled={busy || names.length === 0}>
				{say("groupJoin")}
			</button>
		</form>
	);
}

function Group({ group: { group, stores }, leave }: { group: StoreGroup; leave: Change | undefined }) {
	const { say, f } = useSpeech();
	const [leaving, setLeaving] = useState<string | null>(null);
	const [all, setAll] = useState(false);
	const shown = all ? stores : stores.slice(0, shownMost);
	return (
		<>
			<p class="shown-share">
				<b class="code">{group}</b>
				<span class="quiet">{say("waveStores", f.number(stores.length))}</span>
			</p>
			<ul class="members" aria-label={group}>
				{shown.map((store) => (
					<li key={store}>
						<a href={addressOf("stores", store)}>{store}</a>
						{leave && (
							<button type="button" class="ghost" aria-label={say("groupLeave", store, group)} onClick={() => setLeaving(store)}>
								×
							</button>
						)}
					</li>
				))}
				{stores.length > shown.length && (
					<li>
						<button type="button" class="ghost" onClick={() => setAll(true)}>
							{say("andMore", f.number(stores.length - shown.length))}
						</button>
					</li>
				)}
			</ul>
			{leaving !== null && leave && (
				<AskFirst
					act={say("groupLeave", leaving, group)}
					question={say("groupLeaveAsk", leaving, group)}
					yes={() => {
						setLeaving(null);
						void leave(group, [leaving]);
					}}
					no={() => setLeaving(null)}
				/>
			)}
		</>
	);
}
