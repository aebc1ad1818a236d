using System.Security.Cryptography;
using System.Text;

namespace Notify.Storage.PostgreSql;

/// <summary>What stands for a recipient in an index, whose entries are too short for a long address.</summary>
internal static class RecipientHash
{
    public static byte[] Of(string recipientKey) => SHA256.HashData(Encoding.UTF8.GetBytes(recipientKey));
}
