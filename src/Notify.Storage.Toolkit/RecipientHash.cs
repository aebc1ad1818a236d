using System.Security.Cryptography;
using System.Text;

namespace Notify.Storage.Toolkit;

/// <summary>
/// Computes a short key for a recipient, because the entries of a database index are too short for a long address.
/// </summary>
public static class RecipientHash
{
    /// <summary>Computes the SHA-256 of a recipient's key.</summary>
    /// <param name="recipientKey">The key; see <see cref="Recipient.Key"/>.</param>
    public static byte[] Compute(string recipientKey) => SHA256.HashData(Encoding.UTF8.GetBytes(recipientKey));
}
