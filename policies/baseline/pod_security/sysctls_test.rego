package sluice.object.sysctls_test

import data.sluice.lib.fixtures
import data.sluice.object.sysctls

with_sysctl(sysctl) := fixtures.pod({"securityContext": {"sysctls": [sysctl]}})

test_safe_ones_pass if {
	every name in ["kernel.shm_rmid_forced", "net.ipv4.tcp_syncookies", "net.ipv4.tcp_notsent_lowat"] {
		count(sysctls.deny) == 0 with input.object as with_sysctl({"name": name, "value": "1"})
	}
}

test_others_are_denied if {
	every name in ["kernel.msgmax", "net.ipv4.tcp_syncookies2", "net/ipv4/tcp_syncookies"] {
		sysctls.deny == {{
			"msg": sprintf("the sysctl %s is not safe", [name]),
			"path": "/spec/securityContext/sysctls/0",
		}} with input.object as with_sysctl({"name": name, "value": "1"})
	}
}

test_one_without_a_name_is_denied if {
	count(sysctls.deny) == 1 with input.object as with_sysctl({"value": "1"})
}
