using System.Globalization;

namespace Notify.Load;

/// <summary>A command line: a command, followed by <c>--name value</c> pairs.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public Arguments(IReadOnlyList<string> args)
    {
        Command = args.Count > 0 ? args[0] : "";
        for (var i = 1; i < args.Count; i += 2)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == args.Count)
                throw new ArgumentException($"'{args[i]}' is not an option. Write options as --name value.");
            _values[args[i][2..]] = args[i + 1];
        }
    }

    public string Command { get; }

    public string? Text(string name) => _values.Remove(name, out var value) ? value : null;

    public string RequiredText(string name) => Text(name) ?? throw new ArgumentException($"--{name} is missing.");

    public int Int32(string name, int otherwise, int min)
    {
        if (Text(name) is not { } text)
            return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min
            ? value
            : throw new ArgumentException($"--{name} must be a whole number of at least {min}.");
    }

    /// <summary>Throws if there are unknown options. Call this after all known options have been read.</summary>
    public void RefuseUnknown()
    {
        if (_values.Count > 0)
            throw new ArgumentException($"Unknown: {string.Join(", ", _values.Keys.Select(name => $"--{name}"))}.");
    }
}
