using System.Text;
using System.Text.Unicode;
using CsvHelper;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Net.Http.Headers;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Jobs;

/// <summary>
/// The rows of a CSV file (RFC 4180) in UTF-8, with or without a byte order mark. A row that is malformed has an error; a file
/// that cannot be read further fails as a whole.
/// </summary>
internal sealed class CsvRows : IDisposable
{
    public const string MediaType = "text/csv";

    private readonly Dictionary<long, CsvMalformedReason> _malformed = [];
    private readonly CsvReader _reader;
    private readonly long _maxBytes;
    private CsvHeader? _header;

    private CsvRows(Stream body, long maxBytes)
    {
        _maxBytes = maxBytes;
        var options = new CsvReaderOptions
        {
            Separator = ',',
            // The library checks it in steps of its buffer.
            MaxRecordSize = (int)Math.Min(maxBytes, int.MaxValue / 2),
            TrackLineNumbers = true,
            IncludeValuesInExceptions = false,
            Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            OnMalformedRecord = malformed => _malformed.TryAdd(malformed.LineNumber, malformed.Reason),
        };
        _reader = CsvReader.Create(body, options);
    }

    /// <summary>Gets the line on which the current row begins, from 1.</summary>
    public long Line => _reader.LineNumber;

    /// <summary>Gets the error of the current row; null if it has none.</summary>
    public FieldError? Error { get; private set; }

    public static bool AreIn(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals(MediaType, StringComparison.OrdinalIgnoreCase)
        && (
            !type.Charset.HasValue
            || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase)
        );

    /// <summary>Begins to read the body of a request, without the limits of the server for whole bodies.</summary>
    public static CsvRows Open(HttpContext context, BodyLimits limits)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        return new CsvRows(new BodyStream(context.Request.BodyReader, limits.Timeout), limits.MaxBytes);
    }

    /// <summary>Reads the header.</summary>
    /// <exception cref="InvalidRequestException">A column is unknown, or the header cannot be read.</exception>
    public async ValueTask ReadHeaderAsync(CsvColumns columns, CancellationToken cancellationToken)
    {
        try
        {
            await _reader.ReadHeaderAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (CsvFormatException)
        {
            throw TooLarge();
        }

        _header = columns.CreateHeader([.. _reader.Headers]);
    }

    /// <summary>Moves to the next row.</summary>
    /// <exception cref="InvalidRequestException">
    /// A row is too large, such as after a quote that is never closed. The file cannot be read further.
    /// </exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        _malformed.Remove(Line);
        try
        {
            return await _reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (CsvFormatException)
        {
            throw TooLarge();
        }
    }

    /// <summary>Returns the current row as JSON; null if it is malformed, which <see cref="Error"/> explains.</summary>
    public ReadOnlyMemory<byte>? ToJson()
    {
        Error = FindError();
        if (Error is not null)
            return null;

        try
        {
            return _header!.Write(_reader.GetSpan);
        }
        catch (InvalidRequestException exception)
        {
            Error = exception.Errors[0];
            return null;
        }
    }

    public void Dispose() => _reader.Dispose();

    private FieldError? FindError() =>
        _malformed.TryGetValue(Line, out var reason) ? CreateError(Explain(reason))
        : _reader.RawRecord.Length > _maxBytes ? new FieldError(JsonField.RootPath, FieldErrorCodes.TooLarge, GetLimit())
        : !Utf8.IsValid(_reader.RawRecord) ? CreateError("The file must be encoded in UTF-8.")
        : _reader.FieldCount != _header!.Count
            ? CreateError($"The header has {_header.Count} columns, and this line {_reader.FieldCount}.")
        : null;

    private static FieldError CreateError(string message) => new(JsonField.RootPath, FieldErrorCodes.Invalid, message);

    private static string Explain(CsvMalformedReason reason) =>
        reason switch
        {
            CsvMalformedReason.StrayQuote => "A cell with a quotation mark must be quoted, and its marks doubled.",
            CsvMalformedReason.TextAfterClosingQuote => "There is text after the closing quotation mark of a cell.",
            CsvMalformedReason.UnterminatedQuote => "The quotation mark that opens a cell is never closed.",
            _ => "The line is not valid CSV (RFC 4180).",
        };

    private InvalidRequestException TooLarge() =>
        new([
            new FieldError(
                JsonField.RootPath,
                FieldErrorCodes.TooLarge,
                $"{GetLimit()} The line after line {Line} is longer, or a quotation mark in it is never closed."
            ),
        ]);

    private string GetLimit() => $"The limit for a line is {_maxBytes} bytes.";
}
