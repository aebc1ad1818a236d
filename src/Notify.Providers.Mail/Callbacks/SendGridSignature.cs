using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Notify.Providers.Mail.Callbacks;

/// <summary>Verifies the signature of SendGrid's Event Webhook: ECDSA over the timestamp and the body.</summary>
internal sealed class SendGridSignature(IEnumerable<string> publicKeys)
{
    private const string P256 = "1.2.840.10045.3.1.7";

    private readonly ECParameters[] _keys =
    [
        .. publicKeys.Select(key =>
            TryImport(key, out var imported)
                ? imported.Value
                : throw new ArgumentException("The options must be validated first.", nameof(publicKeys))
        ),
    ];

    public static bool TryImport(string? key, [NotNullWhen(true)] out ECParameters? parameters)
    {
        parameters = null;
        var der = new byte[key?.Length ?? 0];
        if (key is null || !Convert.TryFromBase64String(key, der, out var length))
            return false;

        try
        {
            using var imported = ECDsa.Create();
            imported.ImportSubjectPublicKeyInfo(der.AsSpan(0, length), out _);
            var exported = imported.ExportParameters(includePrivateParameters: false);
            if (exported.Curve.Oid.Value != P256)
                return false;

            parameters = exported;
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    public bool Verify(string timestamp, ReadOnlySpan<byte> body, string? signature)
    {
        var bytes = new byte[signature?.Length ?? 0];
        if (signature is null || !Convert.TryFromBase64String(signature, bytes, out var length))
            return false;

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(timestamp));
        hash.AppendData(body);
        Span<byte> signed = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(signed);
        foreach (var key in _keys)
        {
            using var verifier = ECDsa.Create(key);
            if (verifier.VerifyHash(signed, bytes.AsSpan(0, length), DSASignatureFormat.Rfc3279DerSequence))
                return true;
        }

        return false;
    }
}
