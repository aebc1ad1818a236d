using System.Text;
using MongoDB.Bson;

namespace Notify.Storage.MongoDb.Tests.Peer;

/// <summary>
/// MongoDB's order of values: https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/. Text is compared by its
/// UTF-8 bytes, and a missing value as null.
/// </summary>
internal sealed class BsonOrder : IComparer<BsonValue>
{
    public static readonly BsonOrder Instance = new();

    public int Compare(BsonValue? x, BsonValue? y)
    {
        var (a, b) = (x ?? BsonNull.Value, y ?? BsonNull.Value);
        if (a is BsonString first && b is BsonString second)
            return Encoding.UTF8.GetBytes(first.Value).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(second.Value));
        if (a is BsonBinaryData left && b is BsonBinaryData right)
            return CompareBytes(left, right);
        return a.CompareTo(b);
    }

    /// <summary>A comparison finds only values of the same kind: a number never finds a text.</summary>
    public static bool AreComparable(BsonValue a, BsonValue b) => a.BsonType == b.BsonType || (a.IsNumeric && b.IsNumeric);

    private static int CompareBytes(BsonBinaryData left, BsonBinaryData right)
    {
        var byLength = left.Bytes.Length.CompareTo(right.Bytes.Length);
        if (byLength != 0)
            return byLength;
        var byKind = left.SubType.CompareTo(right.SubType);
        return byKind != 0 ? byKind : left.Bytes.AsSpan().SequenceCompareTo(right.Bytes);
    }
}
