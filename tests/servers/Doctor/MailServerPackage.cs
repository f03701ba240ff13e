using System.Runtime.InteropServices;

namespace Postroom.Tests.Servers.Doctor;

/// <summary>
/// Mail servers as <c>test.sh</c> unpacked them from Debian's packages, below <c>artifacts/mail-servers</c>. They are not
/// installed: Debian allows one mail server a machine, and the machine's own stays as it is.
/// </summary>
internal static class MailServerPackage
{
    private static readonly string Folder = Path.Combine(Repository.Root, "artifacts", "mail-servers");

    /// <summary>A file of a package; the test ends if it is missing.</summary>
    public static string Need(string package, string file)
    {
        var path = Path.Combine(Folder, package, file);
        if (!File.Exists(path) || !File.Exists(NssWrapper))
            ClosedEnvironment.Lacks($"{package} is missing: run ./test.sh once, it unpacks it.");
        return path;
    }

    /// <summary>Folder of a package.</summary>
    public static string Of(string package) => Path.Combine(Folder, package);

    /// <summary>
    /// Both servers look up users their packages would have made. A library between them and the system shows them a
    /// list of our own, so that no user need be added to the machine.
    /// </summary>
    /// <param name="folder">Where the list may lie.</param>
    /// <param name="users">Names and numbers.</param>
    public static Dictionary<string, string?> Users(string folder, params (string Name, int Number)[] users)
    {
        var (passwd, group) = (Path.Combine(folder, "passwd"), Path.Combine(folder, "group"));
        (string Name, int Number)[] all = [("root", 0), ("nobody", 65_534), .. users];
        File.WriteAllLines(passwd, all.Select(static u => $"{u.Name}:x:{u.Number}:{u.Number}::/:/bin/false"));
        File.WriteAllLines(group, all.Select(static u => $"{u.Name}:x:{u.Number}:"));
        return new() { ["LD_PRELOAD"] = NssWrapper, ["NSS_WRAPPER_PASSWD"] = passwd, ["NSS_WRAPPER_GROUP"] = group };
    }

    private static string NssWrapper => Path.Combine(Folder, "libnss-wrapper", "usr", "lib", Architecture, "libnss_wrapper.so");

    private static string Architecture => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.Arm64 => "aarch64-linux-gnu",
        _ => "x86_64-linux-gnu",
    };
}
