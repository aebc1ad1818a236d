using System.Text.Json;

namespace Notify.Client.Answers;

/// <summary>Reads the results of a stream of triggers.</summary>
internal static class AnswerLines
{
    /// <summary>
    /// Reads the results of lines that were processed. A connection that breaks off may leave a part of a line.
    /// </summary>
    public static List<AcceptedAnswer> Parse(byte[] lines)
    {
        var answers = new List<AcceptedAnswer>();
        foreach (var range in lines.AsSpan().Split((byte)'\n'))
        {
            if (TryParse(lines.AsSpan(range)) is { Ended: false, Line: > 0 } answer)
                answers.Add(answer);
        }

        return answers;
    }

    private static AcceptedAnswer? TryParse(ReadOnlySpan<byte> line)
    {
        try
        {
            return line.IsEmpty ? null : JsonSerializer.Deserialize(line, AnswerJson.Default.AcceptedAnswer);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
