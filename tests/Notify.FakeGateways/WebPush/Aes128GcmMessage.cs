using System.Security.Cryptography;

namespace Notify.FakeGateways.WebPush;

/// <summary>
/// Decodes the content coding <c>aes128gcm</c>, with any number of records, and accepts nothing that deviates from RFC 8188.
/// </summary>
public sealed record Aes128GcmMessage(byte[] Salt, int RecordSize, byte[] KeyId, byte[] Records)
{
    public static Aes128GcmMessage Parse(byte[] body)
    {
        if (body.Length < 21 || body.Length < 21 + body[20])
            throw new PushRefusal(400, 110, "The header of the content coding is truncated.");
        var recordSize = (body[16] << 24) | (body[17] << 16) | (body[18] << 8) | body[19];
        var records = 21 + body[20];
        return recordSize >= 18
            ? new Aes128GcmMessage(body[..16], recordSize, body[21..records], body[records..])
            : throw new PushRefusal(400, 110, "A record must have at least 18 bytes.");
    }

    public byte[] Decrypt(byte[] inputKey)
    {
        var pseudoRandom = HMACSHA256.HashData(Salt, inputKey);
        byte[] keyInfo = [.. "Content-Encoding: aes128gcm\0"u8, 1];
        byte[] nonceInfo = [.. "Content-Encoding: nonce\0"u8, 1];
        var (key, nonce) = (HMACSHA256.HashData(pseudoRandom, keyInfo)[..16], HMACSHA256.HashData(pseudoRandom, nonceInfo)[..12]);
        var content = new List<byte>();
        for (var (start, number) = (0, 0); start < Records.Length || number == 0; start += RecordSize, number++)
        {
            var end = Math.Min(start + RecordSize, Records.Length);
            content.AddRange(
                RemovePadding(Open(key, CreateNonce(nonce, number), Records[start..end]), isLast: end == Records.Length)
            );
        }

        return [.. content];
    }

    private static byte[] Open(byte[] key, byte[] nonce, byte[] record)
    {
        if (record.Length <= 16)
            throw new PushRefusal(400, 110, "A record is truncated.");
        var content = new byte[record.Length - 16];
        using var cipher = new AesGcm(key, 16);
        try
        {
            cipher.Decrypt(nonce, record[..^16], record[^16..], content);
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new PushRefusal(400, 110, "A record cannot be decrypted.");
        }

        return content;
    }

    private static byte[] CreateNonce(byte[] nonce, int number) =>
        [.. nonce[..8], .. nonce[8..].Zip(BitConverter.GetBytes(number).Reverse(), (a, b) => (byte)(a ^ b))];

    private static byte[] RemovePadding(byte[] content, bool isLast)
    {
        var delimiter = Array.FindLastIndex(content, value => value != 0);
        return delimiter >= 0 && content[delimiter] == (isLast ? 2 : 1)
            ? content[..delimiter]
            : throw new PushRefusal(400, 110, "A record has the wrong delimiter.");
    }
}
