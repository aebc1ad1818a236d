using System.Diagnostics.CodeAnalysis;

namespace Notify;

/// <summary>
/// Encrypts secrets before they are stored, such as the secrets of event endpoints. <c>ProtectSecrets()</c> of Notify.Hosting
/// adds an implementation with ASP.NET Core Data Protection; without it, secrets are stored as they are.
/// </summary>
public interface ISecretProtector
{
    /// <summary>Encrypts a secret.</summary>
    /// <param name="secret">The secret.</param>
    /// <param name="purpose">
    /// The purpose, such as <c>event-endpoint/TENANT/ID</c>. The result can be decrypted only for the same purpose, so it is of
    /// no use in another place.
    /// </param>
    /// <returns>The text to store.</returns>
    string Protect(string secret, string purpose);

    /// <summary>Decrypts a stored secret. A secret that was stored without encryption is returned as it is.</summary>
    /// <param name="stored">The stored text.</param>
    /// <param name="purpose">The purpose for which it was encrypted.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">
    /// The text was changed, or encrypted for another purpose or with another key ring.
    /// </exception>
    UnprotectedSecret Unprotect(string stored, string purpose);
}

/// <summary>A decrypted secret.</summary>
public sealed record UnprotectedSecret
{
    /// <summary>Creates the value.</summary>
    /// <param name="value">The secret.</param>
    /// <param name="isCurrent">
    /// Whether it is encrypted with the current key. If not, the caller stores it encrypted again with its next write.
    /// </param>
    [SetsRequiredMembers]
    public UnprotectedSecret(string value, bool isCurrent) => (Value, IsCurrent) = (value, isCurrent);

    /// <summary>Gets the secret.</summary>
    public required string Value { get; init; }

    /// <summary>
    /// Gets whether it is encrypted with the current key. If not, the caller stores it encrypted again with its next write.
    /// </summary>
    public required bool IsCurrent { get; init; }

    /// <summary>Returns a constant; never the secret.</summary>
    public override string ToString() => "secret";
}
