#!/bin/bash
# USB devices that this machine plugs into itself: dummy_hcd joins a host port to a device that configfs describes.
#   gadget.sh init
#   gadget.sh make NAME acm|printer|hid VENDOR PRODUCT SERIAL NAME-OF-PRODUCT MAKER [DESCRIPTOR REPORT-LENGTH]
#   gadget.sh plug NAME | unplug NAME
set -eu
gadgets=/sys/kernel/config/usb_gadget
free_port() {
	local port
	for port in /sys/class/udc/*; do
		port=${port##*/}
		grep -qxs "$port" $gadgets/*/UDC || { echo "$port"; return; }
	done
	return 1
}
case $1 in
init)
	modprobe dummy_hcd is_super_speed=0 is_high_speed=1 num=5
	modprobe libcomposite
	mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config
	;;
make)
	name=$2 function=$3
	mkdir -p "$gadgets/$name"
	cd "$gadgets/$name"
	echo "0x$4" >idVendor
	echo "0x$5" >idProduct
	echo 0x0200 >bcdUSB
	mkdir -p strings/0x409 configs/c.1/strings/0x409
	echo "$6" >strings/0x409/serialnumber
	echo "$7" >strings/0x409/product
	echo "$8" >strings/0x409/manufacturer
	echo usual >configs/c.1/strings/0x409/configuration
	mkdir -p "functions/$function.$name"
	case $function in
	printer)
		echo "MFG:$8;CMD:ESC/POS;MDL:$7;CLS:PRINTER;" >"functions/printer.$name/pnp_string"
		echo 10 >"functions/printer.$name/q_len"
		;;
	hid)
		echo 0 >"functions/hid.$name/protocol"
		echo 0 >"functions/hid.$name/subclass"
		echo "${10}" >"functions/hid.$name/report_length"
		printf "$(sed 's/../\\x&/g' <<<"$9")" >"functions/hid.$name/report_desc"
		;;
	esac
	ln -s "functions/$function.$name" configs/c.1/
	;;
plug) free_port >"$gadgets/$2/UDC" ;;
unplug) echo "" >"$gadgets/$2/UDC" ;;
esac
