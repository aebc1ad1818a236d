using System.Buffers.Binary;
using System.Text;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace Notify.Storage.MongoDb.Tests;

/// <summary>
/// A request of MongoDB's wire protocol: OP_MSG, or the OP_QUERY with which a driver says hello.
/// https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
/// </summary>
internal sealed record WireMessage(int RequestId, bool IsQuery, BsonDocument Command)
{
    private const int HeaderLength = 16;
    private const int ReplyCode = 1;
    private const int QueryCode = 2004;
    private const int MessageCode = 2013;
    private const int ChecksumLength = 4;

    /// <summary>Reads the next request; null when the driver has closed the connection.</summary>
    public static async Task<WireMessage?> ReadAsync(Stream stream)
    {
        var header = new byte[HeaderLength];
        if (await stream.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength)
            return null;

        var body = new byte[ReadNumber(header, 0) - HeaderLength];
        await stream.ReadExactlyAsync(body);
        var isQuery = ReadNumber(header, 12) == QueryCode;
        // OP_QUERY: flags, the collection's name, two numbers, and then the command.
        var command = isQuery ? ReadDocument(body, 4 + "admin.$cmd\0".Length + 8) : ReadSections(body);
        return new WireMessage(ReadNumber(header, 4), isQuery, command);
    }

    public byte[] CreateReply(BsonDocument answer)
    {
        var document = answer.ToBson();
        // OP_REPLY: flags, a cursor, a start and the number of documents. OP_MSG: flags and the kind of the only section.
        var prefix = IsQuery ? new byte[20] : new byte[5];
        if (IsQuery)
            BinaryPrimitives.WriteInt32LittleEndian(prefix.AsSpan(16), 1);
        var header = new byte[HeaderLength];
        BinaryPrimitives.WriteInt32LittleEndian(header, HeaderLength + prefix.Length + document.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), RequestId);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), IsQuery ? ReplyCode : MessageCode);
        return [.. header, .. prefix, .. document];
    }

    // Section 0 is the command; a section 1 is an array of its documents that travels beside it.
    private static BsonDocument ReadSections(byte[] body)
    {
        var hasChecksum = (body[0] & 1) == 1;
        var end = hasChecksum ? body.Length - ChecksumLength : body.Length;
        BsonDocument command = [];
        List<BsonElement> sequences = [];
        for (var at = 4; at < end; )
        {
            var kind = body[at++];
            if (kind == 0)
                command = ReadDocument(body, at);
            else
                sequences.Add(ReadSequence(body, at));
            at += ReadNumber(body, at);
        }

        return command.AddRange(sequences);
    }

    private static BsonElement ReadSequence(byte[] body, int start)
    {
        var end = start + ReadNumber(body, start);
        var nameEnd = Array.IndexOf(body, (byte)0, start + 4);
        var documents = new BsonArray();
        for (var at = nameEnd + 1; at < end; at += ReadNumber(body, at))
            documents.Add(ReadDocument(body, at));
        return new BsonElement(Encoding.UTF8.GetString(body, start + 4, nameEnd - start - 4), documents);
    }

    private static BsonDocument ReadDocument(byte[] body, int at) =>
        BsonSerializer.Deserialize<BsonDocument>(body[at..(at + ReadNumber(body, at))]);

    private static int ReadNumber(byte[] bytes, int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));
}
