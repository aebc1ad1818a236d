using System.Security.Cryptography;
using System.Text;

namespace Notify.Hosting.Sandbox;

/// <summary>The sandbox page and its content security policy.</summary>
internal static class SandboxPage
{
    public static string Html { get; } = Read();

    /// <summary>
    /// Gets the policy that allows only the page's own script, and no requests to other origins. The frame that shows an email
    /// inherits it, so remote images, by which a sender could track the reader, are not loaded.
    /// </summary>
    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; script-src 'sha256-{HashScript()}'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static string Read()
    {
        using var stream = typeof(SandboxPage).Assembly.GetManifestResourceStream("Notify.Hosting.Sandbox.SandboxPage.html")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static string HashScript()
    {
        var begin = Html.IndexOf("<script>", StringComparison.Ordinal) + "<script>".Length;
        var script = Html[begin..Html.IndexOf("</script>", begin, StringComparison.Ordinal)];
        return Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));
    }
}
