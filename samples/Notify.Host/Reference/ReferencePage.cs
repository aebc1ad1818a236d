using System.Security.Cryptography;
using Scalar.AspNetCore;

namespace Notify.Host.Reference;

/// <summary>
/// The page that shows the OpenAPI document of the API, with Scalar. It needs no key, because the document contains no secret.
/// Its scripts come from this host, and its policy forbids requests to any other.
/// </summary>
internal static class ReferencePage
{
    private const string Document = "/openapi/v1.json";
    private const string Nonce = "Notify.Reference.Nonce";

    /// <summary>
    /// Gets the path of the page (<c>Notify:Reference</c>), or null without a page. Only the gateway has one, because only its
    /// document describes the complete API.
    /// </summary>
    /// <exception cref="InvalidOperationException">The setting is not a path.</exception>
    public static string? GetPath(IConfiguration settings, Roles roles)
    {
        var path = settings["Reference"] ?? "/reference";
        if (path.Length == 0 || !roles.IsGateway)
            return null;
        return path.Length > 1 && path[0] == '/' && !path.EndsWith('/') && !path.Contains('{', StringComparison.Ordinal)
            ? path
            : throw new InvalidOperationException(
                $"Notify:Reference is '{path}'. Use a path such as /reference, or an empty value to switch the page off."
            );
    }

    public static void Map(WebApplication app, string path) =>
        app.MapGroup("").AddEndpointFilter(ProtectAsync).MapScalarApiReference(path, Configure).AllowAnonymous();

    private static ValueTask<object?> ProtectAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        http.Items[Nonce] = nonce;
        http.Response.Headers.ContentSecurityPolicy = CreatePolicy(nonce);
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        return next(context);
    }

    // Scripts run only with the nonce of the response. Scalar adds styles while it runs, most of them without a nonce.
    private static string CreatePolicy(string nonce) =>
        $"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static void Configure(ScalarOptions options, HttpContext http)
    {
        var nonce = (string)http.Items[Nonce]!;
        options
            .WithTitle("Notify API")
            .WithOpenApiRoutePattern(Document)
            .WithNonce(nonce)
            .AddHeadContent("<link rel=\"icon\" href=\"favicon.svg\">")
            // Zod, a part of Scalar, would try to compile code, which the policy forbids.
            .AddHeadContent($"<script nonce=\"{nonce}\">globalThis.__zod_globalConfig = {{ jitless: true }}</script>")
            .WithDirectDocumentDownload()
            // The form asks for the key. By default, Scalar forgets it with the page.
            .AddPreferredSecuritySchemes(["key"])
            // Everything that Scalar would load from, or send to, its own servers.
            .DisableDefaultFonts()
            .DisableAgent()
            .DisableMcp()
            .DisableTelemetry()
            .HideDeveloperTools()
            .HideClientButton();
    }
}
