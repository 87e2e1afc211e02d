#!/usr/bin/env bash
# Makes the disk, the kernel and the initial RAM disk of the virtual machine: `image.sh FOLDER`. Debian 12 with systemd, udev and the
# stock kernel; packages come from where this machine's apt takes them, and nothing of that stays in the image. Nothing is mounted.
# Exit 3: this machine has no Debian packages to make it from.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$1
suite=bookworm
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 1777 "$work"
mkdir -p "$out"

# The kernel, unpacked and not installed. The cloud kernel has no USB, no HID and no 9p.
kernel_package=$(apt-cache depends linux-image-amd64 2>/dev/null | sed -n 's/.*Depends: //p' | head -1)
[ -n "$kernel_package" ] || { echo "apt knows no kernel" >&2; exit 3; }
(cd "$work" && apt-get download -qq "$kernel_package" busybox-static) >/dev/null || { echo "no kernel could be fetched" >&2; exit 3; }
mkdir "$work/kernel" "$work/busybox"
dpkg-deb -x "$work"/linux-image*.deb "$work/kernel"
dpkg-deb -x "$work"/busybox-static*.deb "$work/busybox"
version=$(ls "$work/kernel/lib/modules")
depmod -b "$work/kernel" "$version"

# The packages that gondola's depends on are here, as on any Debian with a scanner: the install is offline.
packages=systemd-sysv,systemd,udev,dbus,kmod,python3,procps,adduser,apt,libusb-1.0-0,libudev1,libsystemd0,libstdc++6,libgcc-s1,ca-certificates,e2fsprogs
sources=$work/sources
if [ -f /etc/apt/sources.list.d/debian.sources ]; then
	awk '/^Types/ {p = 1} p' /etc/apt/sources.list.d/debian.sources >"$sources"
else
	cat /etc/apt/sources.list >"$sources"
fi
root=$work/root
mmdebstrap --quiet --variant=minbase --include="$packages" --aptopt='Acquire::Check-Valid-Until "false"' \
	--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
	"$suite" "$root" - <"$sources" || { echo "mmdebstrap made no system" >&2; exit 3; }
rm -rf "$root"/etc/apt/sources.list "$root"/etc/apt/sources.list.d/* "$root"/etc/apt/apt.conf.d/99* "$root"/var/lib/apt/lists/* \
	"$root"/var/cache/apt/* "$root"/var/log/* "$root"/usr/share/doc "$root"/usr/share/man "$root"/usr/share/locale
mkdir -p "$root/var/log/journal" "$root/var/log/apt" "$root/var/lib/apt/lists/partial" "$root/lab"

# Only the modules that the tests load, with what they need: 12 MB instead of 390.
modules="virtio_pci virtio_blk virtio_console virtio_rng ext4 9p 9pnet_virtio
uhid uinput evdev hid hid-generic usbhid usbcore xhci-hcd xhci-pci
dummy_hcd libcomposite usb_f_hid usb_f_acm usb_f_printer u_serial configfs
cdc-acm usblp usbserial ftdi_sio pl2303 cp210x ch341 autofs4 fuse overlay"
from=$work/kernel/lib/modules/$version
to=$root/lib/modules/$version
needs() { modprobe -d "$work/kernel" -S "$version" --show-depends "$1" 2>/dev/null | awk '$1 == "insmod" {print $2}'; }
mkdir -p "$to"
cp "$from"/modules.{order,builtin,builtin.modinfo} "$to/"
for module in $modules; do needs "$module" || true; done | sort -u | while read -r file; do
	mkdir -p "$(dirname "$to/${file#"$from"/}")"
	cp "$file" "$to/${file#"$from"/}"
done
depmod -b "$root" "$version"

echo box >"$root/etc/hostname"
echo '127.0.0.1 localhost box' >"$root/etc/hosts"
cat >"$root/etc/fstab" <<-'TABLE'
	/dev/vda / ext4 rw,noatime 0 1
	lab /lab 9p trans=virtio,version=9p2000.L,msize=262144,cache=none,nofail,x-systemd.device-timeout=5 0 0
TABLE
sed -i 's/^root:[^:]*:/root::/' "$root/etc/shadow"
install -D -m 755 "$here/guest/agent.py" "$root/usr/local/sbin/lab-agent"
install -D -m 644 "$here/guest/agent.service" "$root/etc/systemd/system/lab-agent.service"
wants=$root/etc/systemd/system/multi-user.target.wants
mkdir -p "$wants"
ln -sf ../lab-agent.service "$wants/lab-agent.service"
# What a machine without a network or a person waits for in vain.
for unit in systemd-timesyncd.service apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
	dpkg-db-backup.timer systemd-networkd.service remote-fs.target systemd-pstore.service; do
	ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
mkdir -p "$root/etc/systemd/journald.conf.d"
printf '[Journal]\nStorage=persistent\nSystemMaxUse=32M\n' >"$root/etc/systemd/journald.conf.d/lab.conf"
: >"$root/etc/machine-id"
rm -f "$out/root.img"
mke2fs -q -t ext4 -d "$root" -L root -E lazy_itable_init=0,root_owner=0:0 "$out/root.img" 2000M

# The initial RAM disk: busybox loads the disk's drivers and gives way to systemd.
start=$work/start
mkdir -p "$start"/{bin,dev,proc,sys,root,lib}
busybox=$work/busybox/bin/busybox
[ -x "$busybox" ] || busybox=$work/busybox/usr/bin/busybox
cp "$busybox" "$start/bin/busybox"
for applet in sh mount insmod switch_root sleep; do ln -s busybox "$start/bin/$applet"; done
for module in virtio_pci virtio_blk ext4 crc32c_generic; do needs "$module" || true; done | awk '!seen[$0]++' | while read -r file; do
	cp "$file" "$start/lib/"
	echo "/lib/$(basename "$file")" >>"$start/modules"
done
cat >"$start/init" <<-'INIT'
	#!/bin/sh
	mount -t devtmpfs dev /dev; mount -t proc proc /proc; mount -t sysfs sys /sys
	while read -r module; do insmod "$module"; done </modules
	n=0; while [ ! -b /dev/vda ] && [ $n -lt 300 ]; do sleep 0.1; n=$((n + 1)); done
	mount -t ext4 -o rw,noatime /dev/vda /root || exec sh
	mount -o move /dev /root/dev; mount -o move /proc /root/proc; mount -o move /sys /root/sys
	exec switch_root /root /sbin/init
INIT
chmod +x "$start/init"
(cd "$start" && find . | cpio -o -H newc --quiet | gzip -1) >"$out/initrd.gz"
cp "$work/kernel/boot/vmlinuz-$version" "$out/vmlinuz"
echo "$version" >"$out/made"
