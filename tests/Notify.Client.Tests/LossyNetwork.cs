namespace Notify.Client.Tests;

/// <summary>A network that loses whole answers after the service has handled the call, or cuts them.</summary>
internal sealed class LossyNetwork : DelegatingHandler
{
    public int LoseAnswers { get; set; }

    public int CutAnswers { get; set; }

    /// <summary>Gets or sets the number of streams of events that end behind their first event.</summary>
    public int EndStreams { get; set; }

    public int Calls { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Calls++;
        var response = await base.SendAsync(request, cancellationToken);
        if (response.Content.Headers.ContentType?.MediaType == "text/event-stream")
            return EndStreams-- > 0 ? await EndAsync(response, cancellationToken) : response;
        if (LoseAnswers <= 0 && CutAnswers <= 0)
            return response;

        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        if (LoseAnswers-- > 0)
        {
            response.Dispose();
            throw new HttpRequestException("The connection was reset.");
        }

        if (CutAnswers-- > 0)
            response.Content = new ByteArrayContent(body, 0, body.Length / 2);
        return response;
    }

    private static async Task<HttpResponseMessage> EndAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var type = response.Content.Headers.ContentType;
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        var first = "";
        while (await lines.ReadLineAsync(cancellationToken) is { Length: > 0 } line)
            first += $"{line}\n";
        response.Content = new StringContent($"{first}\n", type);
        return response;
    }
}
