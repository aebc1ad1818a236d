namespace Notify.Dashboard.Layout;

/// <summary>The model of a page with a message instead of data.</summary>
internal sealed record MessageView(string Title, IEnumerable<string> Lines);
