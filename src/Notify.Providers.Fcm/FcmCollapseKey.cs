using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Notify.Providers.Fcm;

/// <summary>
/// Shortens a collapse key to a vendor's limit. Vendors only compare keys for equality, so a hash of a long key serves as well
/// as the key.
/// </summary>
internal static class FcmCollapseKey
{
    /// <summary>The length of a hash: 24 bytes are 32 characters of base64, which is within the limit of every vendor.</summary>
    private const int HashedBytes = 24;

    public static string Fit(string key, int maxBytes) => Encoding.UTF8.GetByteCount(key) <= maxBytes ? key : Hash(key);

    public static string Hash(string key) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, HashedBytes));
}
