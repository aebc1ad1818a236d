using System.Security.Cryptography;
using System.Text;

namespace Notify.Hosting.Sandbox;

/// <summary>The page, and what a browser may do for it.</summary>
internal static class SandboxPage
{
    public static string Html { get; } = Read();

    /// <summary>
    /// Runs the page's own script and no other, and fetches from nowhere else. An email's frame inherits it: remote images,
    /// which would tell a sender that somebody looks, stay out.
    /// </summary>
    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; script-src 'sha256-{ScriptHash()}'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static string Read()
    {
        using var stream = typeof(SandboxPage).Assembly.GetManifestResourceStream("Notify.Hosting.Sandbox.SandboxPage.html")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static string ScriptHash()
    {
        var begin = Html.IndexOf("<script>", StringComparison.Ordinal) + "<script>".Length;
        var script = Html[begin..Html.IndexOf("</script>", begin, StringComparison.Ordinal)];
        return Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));
    }
}
