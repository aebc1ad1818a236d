using Google.Protobuf;

namespace Notify.Host.Tests.Telemetry;

/// <summary>A protobuf message. Its fields are read by their numbers in OpenTelemetry's .proto files.</summary>
internal sealed class ProtobufMessage
{
    private readonly List<(int Field, ByteString Value)> _fields = [];

    public ProtobufMessage(ByteString bytes)
    {
        var input = bytes.CreateCodedInput();
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
                _fields.Add((WireFormat.GetTagFieldNumber(tag), input.ReadBytes()));
            else
                input.SkipLastField();
        }
    }

    public string Text(int field) => Bytes(field).ToStringUtf8();

    public string Hex(int field) => Convert.ToHexStringLower(Bytes(field).Span);

    /// <summary>Returns the messages at the end of a path of fields. Each field on the path can be repeated.</summary>
    public IEnumerable<ProtobufMessage> At(params int[] path) =>
        path is [var field, .. var rest]
            ? _fields.Where(value => value.Field == field).SelectMany(value => new ProtobufMessage(value.Value).At(rest))
            : [this];

    private ByteString Bytes(int field) => _fields.FirstOrDefault(value => value.Field == field).Value ?? ByteString.Empty;
}
