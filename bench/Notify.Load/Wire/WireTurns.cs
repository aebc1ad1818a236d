using Notify.Load.Measuring;

namespace Notify.Load.Wire;

/// <summary>Runs the turns of one side. The sink must receive each message exactly once.</summary>
internal sealed class WireTurns(SinkProcess sink, int count, int callers)
{
    private Taken _taken;

    /// <param name="send">Sends the message with this number.</param>
    public async Task<Turn> MeasureAsync(Func<int, ValueTask> send)
    {
        var before = await sink.TakenAsync();
        var turn = await Callers.MeasureAsync(count, callers, send);
        _taken = await sink.TakenAsync() - before;
        return _taken.Messages == count
            ? turn
            : throw new InvalidOperationException($"{count} messages were sent, but {_taken.Messages} arrived.");
    }

    /// <summary>Checks that both sides sent the same number of bytes.</summary>
    public void RequireSameBytes(WireTurns other)
    {
        if (_taken.Bytes != other._taken.Bytes)
            throw new InvalidOperationException($"One side sent {_taken.Bytes} bytes, and the other {other._taken.Bytes}.");
    }
}
