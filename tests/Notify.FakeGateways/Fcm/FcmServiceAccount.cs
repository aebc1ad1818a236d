using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Notify.FakeGateways.Fcm;

/// <summary>
/// A service account of the fake project. Clients get its private key in a JSON file, and the fake verifies their signatures with
/// the public key.
/// </summary>
public sealed class FcmServiceAccount : IDisposable
{
    public const string MessagingScope = "https://www.googleapis.com/auth/firebase.messaging";

    /// <summary>
    /// The audience that Google documents for assertions ("Using OAuth 2.0 for Server to Server Applications").
    /// </summary>
    private const string GoogleAudience = "https://oauth2.googleapis.com/token";

    // A new key takes a second of a busy core, and accounts are already told apart by the id of their key.
    private static readonly Lazy<byte[]> SharedKey = new(() =>
    {
        using var key = RSA.Create(2048);
        return key.ExportPkcs8PrivateKey();
    });

    private readonly RSA _key;
    private readonly string _keyId = RandomNumberGenerator.GetHexString(40, lowercase: true);
    private readonly Uri _tokenEndpoint;

    /// <param name="projectId">The project's id.</param>
    /// <param name="tokenEndpoint">Where clients exchange what they signed for access tokens.</param>
    /// <param name="hasOwnKey">Whether no other account of this process has its key.</param>
    public FcmServiceAccount(string projectId, Uri tokenEndpoint, bool hasOwnKey = false)
    {
        (ProjectId, _tokenEndpoint) = (projectId, tokenEndpoint);
        _key = RSA.Create(2048);
        if (!hasOwnKey)
            _key.ImportPkcs8PrivateKey(SharedKey.Value, out _);
    }

    public string ProjectId { get; }

    public string Email => $"firebase-adminsdk@{ProjectId}.iam.gserviceaccount.com";

    /// <summary>The private key as PKCS #8 in PEM, as it is in the JSON file.</summary>
    public string PrivateKey => _key.ExportPkcs8PrivateKeyPem() + "\n";

    /// <summary>
    /// The JSON file that the Firebase console offers for download, except that the token endpoint is the fake's.
    /// </summary>
    public string Json =>
        JsonSerializer.Serialize(
            new Dictionary<string, string>
            {
                ["type"] = "service_account",
                ["project_id"] = ProjectId,
                ["private_key_id"] = _keyId,
                ["private_key"] = PrivateKey,
                ["client_email"] = Email,
                ["client_id"] = "107200000000000000000",
                ["auth_uri"] = "https://accounts.google.com/o/oauth2/auth",
                ["token_uri"] = _tokenEndpoint.AbsoluteUri,
                ["universe_domain"] = "googleapis.com",
            }
        );

    public void WriteCredentials(string path) => File.WriteAllText(path, Json);

    public void Dispose() => _key.Dispose();

    /// <summary>Checks an assertion (RFC 7523). Returns Google's error text, or null if the assertion is valid.</summary>
    internal string? FindError(string assertion, DateTimeOffset now)
    {
        var parts = assertion.Split('.');
        if (parts.Length != 3)
            return "Invalid JWT: not three parts.";

        using var header = Decode(parts[0]);
        if (ReadText(header, "alg") != "RS256" || (ReadText(header, "kid") ?? _keyId) != _keyId)
            return "Invalid JWT: unknown algorithm or key.";
        var signed = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
        if (!_key.VerifyData(signed, Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))
            return "Invalid JWT Signature.";

        using var claims = Decode(parts[1]);
        return FindError(claims, now);
    }

    private string? FindError(JsonDocument claims, DateTimeOffset now)
    {
        var issued = DateTimeOffset.FromUnixTimeSeconds(claims.RootElement.GetProperty("iat").GetInt64());
        var expires = DateTimeOffset.FromUnixTimeSeconds(claims.RootElement.GetProperty("exp").GetInt64());
        if (ReadText(claims, "iss") != Email)
            return "Invalid issuer.";
        if (ReadText(claims, "aud") is var audience && audience != GoogleAudience && audience != _tokenEndpoint.AbsoluteUri)
            return "Invalid audience.";
        if (ReadText(claims, "scope")?.Split(' ').Contains(MessagingScope) != true)
            return "Invalid scope.";
        return expires <= now || issued > now.AddMinutes(1) || expires - issued > TimeSpan.FromHours(1)
            ? "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe."
            : null;
    }

    private static JsonDocument Decode(string part) => JsonDocument.Parse(Base64Url.DecodeFromChars(part));

    private static string? ReadText(JsonDocument document, string name) =>
        document.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
}
