using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Notify.Providers.Mail.Callbacks;

/// <summary>
/// The signed reference to a delivery, which an email carries through its vendor. Its form is compact, because some vendors
/// allow only a few hundred characters: the signature, the id, a hash of the recipient, and the tenant, in base64url.
/// </summary>
internal sealed class DeliveryReference(string key)
{
    private const int SignatureSize = 16;
    private const int IdSize = 16;
    private const int RecipientSize = 4;
    private const int TenantStart = SignatureSize + IdSize + RecipientSize;

    private static readonly byte[] Purpose = "mail-event-1\u001f"u8.ToArray();
    private static readonly byte[] RecipientPurpose = "mail-recipient-1\u001f"u8.ToArray();

    private readonly byte[] _key = Encoding.UTF8.GetBytes(key);

    public string Create(Delivery delivery)
    {
        var bytes = new byte[TenantStart + Encoding.UTF8.GetByteCount(delivery.Tenant)];
        delivery.Id.TryWriteBytes(bytes.AsSpan(SignatureSize), bigEndian: true, out _);
        // Vendors report events of copies as well. They are told apart only where there are any, so that an address that a vendor
        // writes in another way does no harm elsewhere.
        if (delivery.Content.Email is { Cc.Count: > 0 } or { Bcc.Count: > 0 })
            HashRecipient(delivery.To.Value, bytes.AsSpan(SignatureSize + IdSize, RecipientSize));
        Encoding.UTF8.GetBytes(delivery.Tenant, bytes.AsSpan(TenantStart));
        Sign(bytes.AsSpan(SignatureSize), bytes.AsSpan(0, SignatureSize));
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>
    /// Reads a reference; false if it is not genuine, or if the event is about a copy.
    /// </summary>
    /// <param name="reference">The reference, as the vendor returns it.</param>
    /// <param name="recipients">The addresses that the event is about; empty if the vendor does not tell.</param>
    /// <param name="tenant">The tenant of the delivery.</param>
    /// <param name="id">The id of the delivery.</param>
    public bool TryRead(string? reference, IReadOnlyList<string> recipients, [NotNullWhen(true)] out string? tenant, out Guid id)
    {
        (tenant, id) = (null, default);
        if (reference is null || !Base64Url.IsValid(reference, out var length) || length <= TenantStart)
            return false;

        var bytes = Base64Url.DecodeFromChars(reference);
        Span<byte> signature = stackalloc byte[SignatureSize];
        Sign(bytes.AsSpan(SignatureSize), signature);
        if (!CryptographicOperations.FixedTimeEquals(signature, bytes.AsSpan(0, SignatureSize)))
            return false;
        if (!IsFor(bytes.AsSpan(SignatureSize + IdSize, RecipientSize), recipients))
            return false;

        id = new Guid(bytes.AsSpan(SignatureSize, IdSize), bigEndian: true);
        tenant = Encoding.UTF8.GetString(bytes.AsSpan(TenantStart));
        return true;
    }

    private bool IsFor(ReadOnlySpan<byte> recipient, IReadOnlyList<string> recipients)
    {
        if (recipients.Count == 0 || !recipient.ContainsAnyExcept((byte)0))
            return true;

        Span<byte> hash = stackalloc byte[RecipientSize];
        foreach (var address in recipients)
        {
            HashRecipient(address, hash);
            if (hash.SequenceEqual(recipient))
                return true;
        }

        return false;
    }

    private void HashRecipient(string address, Span<byte> hash)
    {
        var known = EmailAddress.TryParse(address, out var parsed) ? parsed.Address : address;
        Span<byte> full = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, [.. RecipientPurpose, .. Encoding.UTF8.GetBytes(known.ToLowerInvariant())], full);
        // Zero stands for an email without copies.
        full[0] |= 1;
        full[..RecipientSize].CopyTo(hash);
    }

    private void Sign(ReadOnlySpan<byte> signed, Span<byte> signature)
    {
        Span<byte> full = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, [.. Purpose, .. signed], full);
        full[..SignatureSize].CopyTo(signature);
    }
}
